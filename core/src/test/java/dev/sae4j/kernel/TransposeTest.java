package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import org.junit.jupiter.api.Test;

class TransposeTest {
    @Test
    void turnsEveryRowIntoAColumnAndTouchesNothingElse() {
        Gen.forAll(
                60,
                random -> {
                    int count = 1 + random.nextInt(50);
                    int depth = 1 + random.nextInt(50);
                    int stride = depth + random.nextInt(3);
                    int toStride = count + random.nextInt(3);
                    float[] from = Gen.gaussians(random, 2 + count * stride);
                    float[] minus = random.nextBoolean() ? null : Gen.gaussians(random, depth + 1);
                    float[] expected = Gen.gaussians(random, 3 + depth * toStride);
                    float[] found = expected.clone();
                    new Transpose()
                            .apply(from, 2, stride, count, depth, minus, 1, found, 3, toStride);
                    for (int r = 0; r < count; r++) {
                        for (int k = 0; k < depth; k++) {
                            float shift = minus == null ? 0 : minus[1 + k];
                            expected[3 + k * toStride + r] = from[2 + r * stride + k] - shift;
                        }
                    }
                    assertThat(found).isEqualTo(expected);
                });
    }
}
