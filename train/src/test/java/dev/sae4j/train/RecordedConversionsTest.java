package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.train.engine.OptimizerState;
import dev.sae4j.train.engine.Optimizers;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// From the recorded last weights, [TrainedSae] makes what the library wrote.
@Tag("fixtures-training")
final class RecordedConversionsTest {
    /// Files that libraries write at the end, and what folds everything comes first.
    private static final String[] FILES = {"inference", "scaled", "checkpoint"};

    /// Two or three roundings, and for whitening a sum of 16 to 24 products.
    private static final double ROUNDING = 1e-6;

    @TestFactory
    Stream<DynamicTest> turnsLastWeightsIntoTheFileOfTheLibrary() {
        return RecordedCase.all()
                .filter(c -> Arrays.stream(FILES).anyMatch(f -> c.has(f + ".safetensors")))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> convert(c)));
    }

    private static void convert(RecordedCase recorded) {
        String last = "weights_" + recorded.steps() + ".safetensors";
        RecordedTensors file = recorded.read(last);
        int d = recorded.dIn();
        Parameters weights = Parameters.zeros(Shapes.of(recorded.recipe(), d, d));
        RecordedCase.load(weights, file);
        double threshold = threshold(file);
        if (recorded.has("schedule_free_z.safetensors")) {
            average(recorded, weights);
        }
        try (Sae sae =
                TrainedSae.of(
                        recorded.recipe(),
                        scaling(recorded),
                        weights,
                        threshold,
                        false,
                        Map.of())) {
            String name =
                    Arrays.stream(FILES)
                            .filter(f -> recorded.has(f + ".safetensors"))
                            .findFirst()
                            .orElseThrow();
            compare(recorded, weights, sae, recorded.read(name + ".safetensors"));
        }
    }

    private static double threshold(RecordedTensors file) {
        String name = file.has("topk_threshold") ? "topk_threshold" : "threshold";
        return file.has(name) && file.get(name).length == 1 ? file.get(name)[0] : -1;
    }

    private static void average(RecordedCase recorded, Parameters weights) {
        var signum = (Optimizer.Signum) recorded.recipe().optimizer();
        OptimizerState optimizer =
                Optimizers.of(signum, weights.all(), RateSchedule.linear(1, recorded.steps()));
        optimizer.begin(1); // before the first step there is nothing to average
        RecordedTensors z = recorded.read("schedule_free_z.safetensors");
        for (Parameter p : weights.all()) {
            float[] values = RecordedTensors.floats(RecordedCase.values(p, z));
            System.arraycopy(values, 0, optimizer.state().get(p.name() + "/z"), 0, values.length);
            optimizer.averaged(p, p.value());
        }
    }

    private static InputScaling scaling(RecordedCase recorded) {
        RecordedTensors extras = recorded.readIfThere("extras.safetensors");
        InputScale.Type type = recorded.recipe().input().type();
        return switch (type) {
            case NONE, LAYER_NORM -> new InputScaling(type, 1, null);
            case MEAN_NORM -> new InputScaling(type, extras.get("scaling_factor")[0], null);
            case UNIT_MEAN_SQUARE -> new InputScaling(type, 1 / extras.get("norm_factor")[0], null);
            case WHITENING ->
                    new InputScaling(
                            type,
                            1,
                            new InputScaling.Whitening(
                                    extras.floats("whitening_mean"),
                                    extras.floats("whitening_matrix"),
                                    extras.floats("whitening_inverse_matrix")));
        };
    }

    private static void compare(
            RecordedCase recorded, Parameters like, Sae sae, RecordedTensors file) {
        Parameters expected = Parameters.zeros(like.shape());
        for (Parameter p : expected.all()) {
            if (!p.name().equals("threshold")) { // libraries differ in its length
                double[] values = RecordedCase.values(p, file);
                System.arraycopy(RecordedTensors.floats(values), 0, p.value(), 0, values.length);
            }
        }
        same("W_enc", expected.encoder().value(), values(sae.weights().encoder()));
        same("W_dec", expected.decoder().value(), values(sae.weights().decoder()));
        same("b_dec", expected.decoderBias().value(), sae.weights().decoderBias());
        Parameter skip = expected.skip();
        if (skip != null) {
            same("W_skip", skip.value(), values(Objects.requireNonNull(sae.weights().skip())));
        }
        if (sae.config().activation() instanceof Activation.Gated gated) {
            same("b_gate", value(expected.gateBias()), gated.gateBias());
            same("r_mag", value(expected.magnitudeScale()), gated.magnitudeScale());
            same("b_mag", expected.encoderBias().value(), gated.magnitudeBias());
        } else {
            same("b_enc", expected.encoderBias().value(), sae.weights().encoderBias());
        }
        if (file.has("threshold")) {
            float[] thresholds = file.floats("threshold");
            same("threshold", thresholds, thresholds(sae, thresholds.length));
        }
        assertThat(sae.config().centred())
                .as("b_dec subtracted from the input")
                .isEqualTo(
                        recorded.json()
                                .at("/inference_cfg/apply_b_dec_to_input")
                                .asBoolean(sae.config().centred()));
    }

    private static float[] thresholds(Sae sae, int length) {
        return switch (sae.config().activation()) {
            case Activation.JumpRelu a -> a.threshold();
            case Activation.BatchTopK a -> {
                float[] all = new float[length];
                Arrays.fill(all, Objects.requireNonNull(a.threshold()));
                yield all;
            }
            default -> throw new AssertionError("no threshold in " + sae.config().activation());
        };
    }

    private static float[] value(@Nullable Parameter p) {
        return Objects.requireNonNull(p).value();
    }

    private static float[] values(Matrix m) {
        float[] values = new float[m.rows() * m.columns()];
        m.read(0, m.rows(), values);
        return values;
    }

    private static void same(String what, float[] expected, float[] found) {
        Deviation d =
                Deviation.of(
                        what,
                        0,
                        RecordedTensors.doubles(expected),
                        RecordedTensors.doubles(found),
                        ROUNDING);
        assertThat(d.holds()).as(d.toString()).isTrue();
    }
}
