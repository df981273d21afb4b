package dev.sae4j.train;

import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Loss;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What each recorded series is called here.
final class RecordedSeries {
    /// Facts about the recording itself.
    private static final Set<String> ABOUT_THE_RECORDING =
            Set.of("topk_margin", "active_set_diff_f64");

    private RecordedSeries() {}

    /// The value of a series in the step just done, or null if it is about the recording.
    static @Nullable Double of(
            String name, RecordedCase recorded, StepResult r, TrainingRun run) {
        boolean saeLens = recorded.library().equals("sae-lens");
        AuxK aux = recorded.recipe().loss().aux();
        double auxCoefficient = aux == null ? 0 : aux.coefficient();
        if (ABOUT_THE_RECORDING.contains(name)) {
            return null;
        }
        if (name.startsWith("param_norm/") || name.startsWith("grad_norm_raw/")) {
            return norm(name, r, run);
        }
        if (name.startsWith("inner_")) {
            int width = Integer.parseInt(name.substring(name.lastIndexOf('_') + 1));
            return run.step().levelError(width);
        }
        return switch (name) {
            case "loss" -> r.loss();
            case "mse_loss", "l2_loss" -> level(name, recorded, r);
            case "fvu" -> r.error();
            case "max_l2_loss" -> levels(run).max().orElseThrow();
            case "min_l2_loss" -> levels(run).min().orElseThrow();
            case "auxk_loss" -> r.aux();
            case "auxiliary_reconstruction_loss" ->
                    saeLens && r.second() > 0 ? r.second() : auxCoefficient * r.aux();
            case "aux_loss" -> r.second();
            case "sparsity_loss", "lp_loss", "l1" -> r.sparsity();
            case "l1_loss", "l0_loss" -> r.settings().coefficient() * r.sparsity();
            case "scaled_lp_loss", "sparsity_term" -> r.settings().coefficient() * r.sparsity();
            case "pre_act_loss" -> r.preAct();
            case "multi_topk_fvu" -> r.multiTopK();
            case "coefficient" -> r.settings().coefficient();
            case "p" -> r.settings().p();
            case "k" -> (double) r.settings().k();
            case "lr" -> r.settings().learningRate();
            case "l0" -> r.l0();
            case "dead" -> (double) r.dead();
            case "threshold" -> r.threshold();
            case "grad_norm" -> r.gradientNorm();
            case "threshold_max" -> thresholds(run).max().orElseThrow();
            case "threshold_min" -> thresholds(run).min().orElseThrow();
            case "threshold_mean" -> thresholds(run).average().orElseThrow();
            case "l0_ema" -> null;
            default -> throw new AssertionError("nobody knows the series " + name);
        };
    }

    /// dictionary_learning's Matryoshka reports the mean over levels.
    private static double level(String name, RecordedCase recorded, StepResult r) {
        Loss loss = recorded.recipe().loss();
        boolean all = name.equals("l2_loss") && loss.levels() != null;
        return all ? r.error() : r.fullError();
    }

    private static java.util.stream.DoubleStream levels(TrainingRun run) {
        return java.util.Arrays.stream(run.step().levelErrors());
    }

    private static java.util.stream.DoubleStream thresholds(TrainingRun run) {
        Parameter p = run.weights().threshold();
        return p == null
                ? java.util.stream.DoubleStream.of(run.step().threshold().value())
                : java.util.stream.IntStream.range(0, p.value().length)
                        .mapToDouble(i -> p.value()[i]);
    }

    private static @Nullable Double norm(String name, StepResult r, TrainingRun run) {
        String library = name.substring(name.indexOf('/') + 1);
        for (Parameter p : run.weights().all()) {
            if (names(p.name()).contains(library)) {
                if (name.startsWith("grad_norm_raw/")) {
                    Map<String, Double> norms = r.gradientNorms();
                    return norms.get(p.name());
                }
                double squares = 0;
                for (float v : p.value()) {
                    squares += (double) v * v;
                }
                return Math.sqrt(squares);
            }
        }
        throw new AssertionError("no parameter for " + name);
    }

    private static Set<String> names(String ours) {
        return switch (ours) {
            case "W_enc" -> Set.of("W_enc", "encoder.weight");
            case "W_dec" -> Set.of("W_dec", "decoder.weight");
            case "b_enc" -> Set.of("b_enc", "encoder.bias");
            case "b_dec" -> Set.of("b_dec", "decoder.bias", "decoder_bias", "bias");
            case "b_mag" -> Set.of("b_mag", "mag_bias");
            case "b_gate" -> Set.of("b_gate", "gate_bias");
            default -> Set.of(ours);
        };
    }
}
