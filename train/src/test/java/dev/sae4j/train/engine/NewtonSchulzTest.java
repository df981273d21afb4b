package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NewtonSchulzTest {
    @Test
    void bringsSingularValuesNearOne() {
        try (Workers workers = Workers.of(2)) {
            float[] x = Gen.gaussians(new SplittableRandom(1), 200 * 3);
            NewtonSchulz.orthogonalise(workers, x, 3, 200);

            for (int i = 0; i < 3; i++) {
                double norm = Math.sqrt(Vectors.squaredNorm(x, i * 200, 200));
                // the iteration leaves singular values between 0.5 and 1.5
                assertThat(norm).isBetween(0.5, 1.5);
                for (int j = 0; j < i; j++) {
                    // columns of little correlation have nearly equal singular values
                    assertThat((double) Vectors.dot(x, i * 200, x, j * 200, 200))
                            .isCloseTo(0, within(0.3));
                }
            }
        }
    }

    @Test
    void givesTheTransposedForTheTransposed() {
        try (Workers workers = Workers.of(1)) {
            Gen.forAll(
                    10,
                    random -> {
                        int rows = random.nextInt(2, 90);
                        int columns = rows + random.nextInt(1, 20);
                        float[] wide = Gen.gaussians(random, rows * columns);
                        float[] tall = transposed(wide, rows, columns);
                        NewtonSchulz.orthogonalise(workers, wide, rows, columns);
                        NewtonSchulz.orthogonalise(workers, tall, columns, rows);

                        assertThat(tall).isEqualTo(transposed(wide, rows, columns));
                    });
        }
    }

    @Test
    void leavesZerosZero() {
        try (Workers workers = Workers.of(1)) {
            float[] x = new float[12];
            NewtonSchulz.orthogonalise(workers, x, 4, 3);

            assertThat(x).containsOnly(0f);
        }
    }

    private static float[] transposed(float[] x, int rows, int columns) {
        float[] out = new float[x.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out[j * rows + i] = x[i * columns + j];
            }
        }
        return out;
    }
}
