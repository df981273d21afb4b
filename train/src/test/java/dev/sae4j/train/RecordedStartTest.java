package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Parameters;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// What trainers take from the first batch before the first step.
@Tag("fixtures-training")
final class RecordedStartTest {
    /// Recorded biases, and which of ours they are.
    private static final Map<String, String> BIASES =
            Map.of(
                    "b_dec_geometric_median", "b_dec",
                    "b_dec_after_first_batch", "b_dec",
                    "encoder_bias_after_first_batch", "b_enc");

    /// The recorded iteration sums float32; the median moves by less than 1e-5 when it ends.
    private static final double ROUNDING = 1e-6;

    @TestFactory
    Stream<DynamicTest> takesBiasesFromTheFirstBatch() {
        return RecordedCase.all()
                .filter(c -> !biases(c).isEmpty())
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
    }

    private static Set<String> biases(RecordedCase recorded) {
        Set<String> names = new TreeSet<>(recorded.readIfThere("extras.safetensors").names());
        names.retainAll(BIASES.keySet());
        return names;
    }

    /// The batch as training sees it, with the recorded factor.
    private static Batch batch(RecordedCase recorded, float[] x, int rows) {
        int d = recorded.dIn();
        if (recorded.pairs()) {
            float[] inputs = new float[rows * d];
            float[] targets = new float[rows * d];
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, r * 2 * d, inputs, r * d, d);
                System.arraycopy(x, r * 2 * d + d, targets, r * d, d);
            }
            return Batch.of(inputs, targets, rows);
        }
        RecordedTensors extras = recorded.read("extras.safetensors");
        if (extras.has("norm_factor")) {
            Vectors.scale((float) (1 / extras.get("norm_factor")[0]), x, 0, x.length);
        }
        return Batch.of(x, rows);
    }

    private static void compare(RecordedCase recorded) {
        int d = recorded.dIn();
        Parameters weights = Parameters.zeros(Shapes.of(recorded.recipe(), d, d));
        RecordedCase.load(weights, recorded.read("init.safetensors"));
        TrainingRows rows = recorded.rows();
        int batch = recorded.recipe().batch();
        float[] x = new float[batch * rows.width()];
        assertThat(rows.next(x, batch)).isEqualTo(batch);
        InitialWeights.biases(recorded.recipe(), weights, batch(recorded, x, batch));
        RecordedTensors extras = recorded.read("extras.safetensors");
        for (String name : biases(recorded)) {
            float[] found =
                    weights.all().stream()
                            .filter(p -> p.name().equals(BIASES.get(name)))
                            .findFirst()
                            .orElseThrow()
                            .value();
            Deviation deviation =
                    Deviation.of(
                            name, 0, extras.get(name), RecordedTensors.doubles(found), ROUNDING);
            assertThat(deviation.holds()).as(deviation.toString()).isTrue();
        }
    }
}
