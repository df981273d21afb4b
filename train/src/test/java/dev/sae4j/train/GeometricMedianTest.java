package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GeometricMedianTest {
    private static double distances(float[] rows, double x, double y) {
        double sum = 0;
        for (int at = 0; at < rows.length; at += 2) {
            sum += Math.hypot(rows[at] - x, rows[at + 1] - y);
        }
        return sum;
    }

    private static float[] mean(float[] rows) {
        float[] mean = new float[2];
        for (int i = 0; i < rows.length; i++) {
            mean[i % 2] += rows[i] * 2f / rows.length;
        }
        return mean;
    }

    /// The optimum by a grid that closes in on the best point: the sum of distances is convex.
    private static double[] bruteForce(float[] rows) {
        double[] best = {0, 0};
        for (double step = 1; step > 1e-7; step /= 2) {
            double[] centre = best.clone();
            for (int i = -8; i <= 8; i++) {
                for (int j = -8; j <= 8; j++) {
                    double x = centre[0] + i * step;
                    double y = centre[1] + j * step;
                    if (distances(rows, x, y) < distances(rows, best[0], best[1])) {
                        best = new double[] {x, y};
                    }
                }
            }
        }
        return best;
    }

    @Test
    void findsWhatBruteForceFinds() {
        Gen.forAll(
                10,
                random -> {
                    float[] rows = Gen.gaussians(random, 2 * (3 + random.nextInt(40)));
                    float[] found = GeometricMedian.of(rows, 2, mean(rows));
                    double[] best = bruteForce(rows);
                    // it stops when a step is below 1e-5, with linear convergence: 1e-3 is near
                    assertThat((double) found[0]).isCloseTo(best[0], within(1e-3));
                    assertThat((double) found[1]).isCloseTo(best[1], within(1e-3));
                });
    }

    @Test
    void isNotMovedByOutliers() {
        var random = new SplittableRandom(4);
        float[] rows = new float[2 * 120];
        for (int r = 0; r < 120; r++) {
            boolean outlier = r % 6 == 0;
            rows[2 * r] = outlier ? 1e4f : 1 + (float) random.nextGaussian();
            rows[2 * r + 1] = outlier ? -1e4f : 2 + (float) random.nextGaussian();
        }
        float[] mean = mean(rows);
        assertThat(mean[0]).isGreaterThan(1000);
        float[] found = GeometricMedian.of(rows, 2, mean);
        assertThat(found[0]).isCloseTo(1, within(0.6f));
        assertThat(found[1]).isCloseTo(2, within(0.6f));
    }

    @Test
    void leavesARowAtWhichItStartsIfThatIsNotTheMedian() {
        float[] rows = {-1, 0, -1, 0, -1, 0, 0, 0, 3, 0}; // their mean is the fourth row
        float[] found = GeometricMedian.of(rows, 2, new float[] {0, 0});
        assertThat(found[0]).isCloseTo(-1, within(1e-3f));
    }

    @Test
    void isTheRowItselfIfAllAreEqual() {
        assertThat(GeometricMedian.of(new float[] {2, 3, 2, 3, 2, 3}, 2, new float[] {2, 3}))
                .containsExactly(2, 3);
    }
}
