package dev.sae4j.train;

import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Loss;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What each recorded series is called here.
final class RecordedSeries {
    /// Facts about the recording itself.
    private static final Set<String> ABOUT_THE_RECORDING =
            Set.of("topk_margin", "active_set_diff_f64");

    private RecordedSeries() {}

    /// The value of a series in the step just done, or null if it is about the recording.
    static @Nullable Double of(String name, RecordedCase recorded, StepResult r, TrainingRun run) {
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
            case "mse_loss" -> r.fullError();
            case "l2_loss" -> l2(recorded, r, run);
            case "fvu" -> r.error();
            case "max_l2_loss" -> levels(recorded, run).max().orElseThrow();
            case "min_l2_loss" -> levels(recorded, run).min().orElseThrow();
            case "auxk_loss" -> r.aux();
            case "auxiliary_reconstruction_loss" ->
                    saeLens && r.second() > 0 ? r.second() : auxCoefficient * r.aux();
            case "aux_loss" -> r.second();
            case "sparsity_loss" ->
                    recorded.recipe().activation() instanceof Architecture.JumpRelu
                            ? r.settings().coefficient() * r.sparsity()
                            : r.sparsity();
            case "lp_loss", "l1" -> r.sparsity();
            case "l1_loss", "l0_loss" -> r.settings().coefficient() * r.sparsity();
            case "scaled_lp_loss", "sparsity_term" -> r.settings().coefficient() * r.sparsity();
            case "pre_act_loss" -> r.preAct();
            case "multi_topk_fvu" -> r.multiTopK();
            case "coefficient" -> r.settings().coefficient();
            case "p" -> r.settings().p();
            case "k" -> (double) r.settings().k();
            case "lr" -> rate(recorded, r, run);
            case "l0" -> r.l0();
            case "dead" -> dead(recorded, r, run);
            case "threshold" -> r.threshold();
            case "grad_norm" -> r.gradientNorm();
            case "threshold_max" -> thresholds(run).max().orElseThrow();
            case "threshold_min" -> thresholds(run).min().orElseThrow();
            case "threshold_mean" -> thresholds(run).average().orElseThrow();
            case "l0_ema" -> run.numbers().get("controls/adaptive/l0_mean");
            default -> throw new AssertionError("nobody knows the series " + name);
        };
    }

    /// dictionary_learning reports the weighted mean over levels as `l2_loss`, and the mean norm of
    /// the error, not squared, where the loss itself is called `mse_loss`.
    private static double l2(RecordedCase recorded, StepResult r, TrainingRun run) {
        if (recorded.json().at("/series/mse_loss").isMissingNode()) {
            return r.error();
        }
        double sum = 0;
        for (int i = 0; i < recorded.recipe().batch(); i++) {
            sum += Math.sqrt(run.step().squaredErrors()[i]);
        }
        return sum / recorded.recipe().batch();
    }

    /// Errors of the levels, each with its weight.
    private static DoubleStream levels(RecordedCase recorded, TrainingRun run) {
        double[] errors = run.step().levelErrors();
        Levels levels = Objects.requireNonNull(recorded.recipe().loss().levels());
        double[] factors = levels.factors(errors.length);
        double n = errors.length; // the factor has the mean over levels in it
        return IntStream.range(0, errors.length).mapToDouble(i -> errors[i] * factors[i] * n);
    }

    /// Muon reports the rate of its matrices.
    private static double rate(RecordedCase recorded, StepResult r, TrainingRun run) {
        Recipe recipe = recorded.recipe();
        if (!(recipe.optimizer() instanceof Optimizer.Muon)) {
            return r.settings().learningRate();
        }
        double scale =
                recipe.learningRate().scaledByWidth()
                        ? Math.sqrt(16384.0 / run.weights().dSae())
                        : 1;
        return RateSchedule.linear(recipe.learningRate().peak() * scale, recorded.steps())
                .at(run.steps() - 1);
    }

    /// With resampling, those that are silent for more than half the time between two.
    private static double dead(RecordedCase recorded, StepResult r, TrainingRun run) {
        Loss.Resample rule = recorded.recipe().loss().resample();
        if (rule == null) {
            return r.dead();
        }
        double after = rule.every().steps(recorded.steps(), 1) / 2.0;
        double unit = run.step().dead().countsSteps() ? 1 : recorded.recipe().batch();
        return Arrays.stream(run.step().dead().silent()).filter(n -> n > after * unit).count();
    }

    private static DoubleStream thresholds(TrainingRun run) {
        Parameter p = run.weights().threshold();
        return p == null
                ? DoubleStream.of(run.step().threshold().value())
                : IntStream.range(0, p.value().length).mapToDouble(i -> p.value()[i]);
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
