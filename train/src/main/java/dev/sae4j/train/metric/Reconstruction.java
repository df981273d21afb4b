package dev.sae4j.train.metric;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.ActivationSource;
import java.util.function.LongConsumer;

/// How an SAE reconstructs a set of activations. With `e = x - x^` over `N` rows of `D` dimensions:
///
/// @param rows N
/// @param mse `1/N · sum |e|²` (summed over dimensions)
/// @param fvu fraction of variance unexplained: `sum |e|² / (sum |x|² - |sum x|²/N)`; NaN if the
///     activations do not vary
/// @param l0 mean number of active features per row
/// @param cosine mean over rows of `cos(x, x^)`
/// @param l2Ratio mean over rows of `|x^| / |x|`
/// @param deadFraction share of features that fired on none of the rows
/// @param meanNorm mean of `|x|`
public record Reconstruction(
        long rows,
        double mse,
        double fvu,
        double l0,
        double cosine,
        double l2Ratio,
        double deadFraction,
        double meanNorm) {

    /// `1 - fvu`.
    public double explainedVariance() {
        return 1 - fvu;
    }

    /// Measures all rows of `source`.
    ///
    /// @param progress is told the number of rows done
    public static Reconstruction measure(
            Workers workers, Sae sae, ActivationSource source, LongConsumer progress) {
        var sums = new Sums(sae.config().dIn(), sae.config().dSae());
        source.forEach(batch -> {
            sums.add(workers, sae, batch);
            progress.accept(sums.rows);
        });
        return sums.result();
    }

    private static final class Sums {
        private final int width;
        private final double[] mean; // [D], sum of x
        private final boolean[] fired; // [F]
        private float[] reconstruction = new float[0];
        private double[] perRow = new double[0]; // [rows, 5]
        private long rows;
        private long active;
        private final double[] total = new double[5]; // |e|², |x|², cos, ratio, |x|

        Sums(int dIn, int dSae) {
            width = dIn;
            mean = new double[dIn];
            fired = new boolean[dSae];
        }

        void add(Workers workers, Sae sae, ActivationBatch batch) {
            int n = batch.rows();
            if (reconstruction.length < n * width) {
                reconstruction = new float[n * width];
                perRow = new double[n * 5];
            }
            SparseCodes codes = sae.encode(workers, Rows.of(batch.values(), n, width));
            sae.decode(workers, codes, reconstruction);
            int block = 256;
            workers.forEach(
                    Math.ceilDiv(n, block),
                    b -> {
                        for (int r = b * block; r < Math.min(n, (b + 1) * block); r++) {
                            row(batch.values(), r);
                        }
                    });
            for (int r = 0; r < n; r++) {
                for (int i = 0; i < 5; i++) {
                    total[i] += perRow[r * 5 + i];
                }
                for (int c = 0; c < width; c++) {
                    mean[c] += batch.values()[r * width + c];
                }
            }
            for (int i = 0; i < codes.entries(); i++) {
                fired[codes.feature()[i]] = true;
            }
            rows += n;
            active += codes.entries();
        }

        private void row(float[] x, int r) {
            int at = r * width;
            double xx = Vectors.squaredNorm(x, at, width);
            double yy = Vectors.squaredNorm(reconstruction, at, width);
            double xy = Vectors.dot(x, at, reconstruction, at, width);
            Vectors.scaledDifference(x, at, reconstruction, at, 1f, reconstruction, at, width);
            perRow[r * 5] = Vectors.squaredNorm(reconstruction, at, width);
            perRow[r * 5 + 1] = xx;
            perRow[r * 5 + 2] = xy / Math.max(Math.sqrt(xx * yy), 1e-30);
            perRow[r * 5 + 3] = xx > 0 ? Math.sqrt(yy / xx) : 1;
            perRow[r * 5 + 4] = Math.sqrt(xx);
        }

        Reconstruction result() {
            double meanSquare = 0;
            for (double m : mean) {
                meanSquare += m * m / rows;
            }
            double variance = total[1] - meanSquare;
            int dead = 0;
            for (boolean f : fired) {
                dead += f ? 0 : 1;
            }
            return new Reconstruction(
                    rows,
                    total[0] / rows,
                    variance > 0 ? total[0] / variance : Double.NaN,
                    (double) active / rows,
                    total[2] / rows,
                    total[3] / rows,
                    (double) dead / fired.length,
                    total[4] / rows);
        }
    }
}
