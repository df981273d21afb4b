package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Vectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MadeUpRowsTest {
    @Test
    void areTheSameForTheSameSeedAndOthersForAnother() {
        float[][] rows = MadeUpRows.batches(8, 5, 3, 1);
        assertThat(rows).hasDimensions(3, 40);
        assertThat(MadeUpRows.batches(8, 5, 3, 1)).isDeepEqualTo(rows);
        assertThat(MadeUpRows.batches(8, 5, 3, 2)[0]).isNotEqualTo(rows[0]);
        assertThat(rows[0]).isNotEqualTo(rows[1]);
    }

    @Test
    void areAboutAsLongWhateverTheirWidth() {
        for (int d : new int[] {16, 1000}) {
            float[] rows = MadeUpRows.batches(d, 400, 1, 1)[0];
            double[] squares = new double[400];
            Arrays.setAll(squares, r -> Vectors.squaredNorm(rows, r * d, d));
            // 24 directions of length 1 with strengths of 0 to 3, whose mean square is 3
            assertThat(Arrays.stream(squares).average().orElseThrow()).isBetween(60.0, 84.0);
        }
    }
}
