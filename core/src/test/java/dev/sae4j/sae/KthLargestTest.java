package dev.sae4j.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KthLargestTest {
    @Test
    void isWhatASortHasAtItsPlace() {
        Gen.forAll(
                300,
                random -> {
                    int n = 1 + random.nextInt(200);
                    int values = random.nextBoolean() ? 3 : 100_000; // few: many ties
                    float[] x = new float[n + random.nextInt(20)];
                    Arrays.fill(x, Float.POSITIVE_INFINITY); // what is behind n must not count
                    for (int i = 0; i < n; i++) {
                        x[i] = (random.nextInt(2 * values + 1) - values) / 7f;
                    }
                    float[] sorted = Arrays.copyOf(x, n);
                    Arrays.sort(sorted);
                    int k = 1 + random.nextInt(n);
                    assertThat(KthLargest.of(x, n, k)).isEqualTo(sorted[n - k] + 0f);
                });
    }

    @Test
    void nanIsSmallerThanEverything() {
        float[] x = {Float.NaN, 1, Float.NaN, Float.POSITIVE_INFINITY};
        assertThat(KthLargest.of(x, 4, 1)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(KthLargest.of(x, 4, 2)).isEqualTo(1);
        assertThat(KthLargest.of(x, 4, 3)).isEqualTo(Float.NEGATIVE_INFINITY);
    }
}
