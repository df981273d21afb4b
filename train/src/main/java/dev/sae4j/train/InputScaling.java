package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.recipe.InputScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.jspecify.annotations.Nullable;

/// What is done to activations before training sees them, with the constants it takes.
///
/// @param type what is done
/// @param factor what rows are multiplied with; 1 unless one constant is
/// @param whitening mean and matrices; null unless rows are whitened
public record InputScaling(InputScale.Type type, double factor, @Nullable Whitening whitening) {
    /// Nothing is done.
    public static final InputScaling NONE = new InputScaling(InputScale.Type.NONE, 1, null);

    private static final float LAYER_NORM_EPSILON = 1e-5f;
    private static final double EIGENVALUE_EPSILON = 1e-3;

    /// `x' = (x - mean)·matrix`, undone by `x = x'·inverse + mean`.
    ///
    /// @param mean `[d]`
    /// @param matrix `[d, d]`, row-major
    /// @param inverse `[d, d]`, row-major
    public record Whitening(float[] mean, float[] matrix, float[] inverse) {}

    /// Estimates the constants from rows that are all in memory.
    ///
    /// @param sample `[rows, d]`
    public static InputScaling estimate(InputScale.Type type, float[] sample, int d) {
        var estimate = new Estimate(type, d);
        estimate.add(sample, sample.length / d);
        return estimate.finish();
    }

    /// Takes in rows bit by bit; sums are in double.
    static final class Estimate {
        private final InputScale.Type type;
        private final int d;
        private long rows;
        private double norms;
        private final double[] sum;
        private final double[][] products; // [d][<= row]
        private double @Nullable [] origin; // what sums are relative to

        Estimate(InputScale.Type type, int d) {
            this.type = type;
            this.d = d;
            boolean whitens = type == InputScale.Type.WHITENING;
            sum = new double[whitens ? d : 0];
            products = new double[whitens ? d : 0][];
            for (int r = 0; r < products.length; r++) {
                products[r] = new double[r + 1];
            }
        }

        /// @param sample `[n, d]`
        void add(float[] sample, int n) {
            for (int at = 0; at < n * d; at += d) {
                switch (type) {
                    case NONE, LAYER_NORM -> {}
                    case UNIT_MEAN_SQUARE -> norms += Vectors.squaredNorm(sample, at, d);
                    case MEAN_NORM -> norms += Math.sqrt(Vectors.squaredNorm(sample, at, d));
                    case WHITENING -> addProducts(sample, at);
                }
            }
            rows += n;
        }

        private void addProducts(float[] sample, int at) {
            double[] zero = origin;
            if (zero == null) {
                zero = new double[d];
                for (int c = 0; c < d; c++) {
                    zero[c] = sample[at + c];
                }
                origin = zero;
            }
            double[] x = new double[d];
            for (int c = 0; c < d; c++) {
                x[c] = sample[at + c] - zero[c];
                sum[c] += x[c];
            }
            for (int r = 0; r < d; r++) {
                for (int c = 0; c <= r; c++) {
                    products[r][c] += x[r] * x[c];
                }
            }
        }

        InputScaling finish() {
            return switch (type) {
                case NONE, LAYER_NORM -> new InputScaling(type, 1, null);
                case UNIT_MEAN_SQUARE ->
                        new InputScaling(type, 1 / Math.sqrt(positive(norms / rows)), null);
                case MEAN_NORM ->
                        new InputScaling(type, Math.sqrt(d) / positive(norms / rows), null);
                case WHITENING -> new InputScaling(type, 1, whitening());
            };
        }

        private static double positive(double mean) {
            if (mean == Double.POSITIVE_INFINITY) {
                throw new Sae4jException(
                        "the activations are too large: their mean squared norm is beyond float32; check the model and the hook");
            }
            if (!(mean > 0)) {
                throw new Sae4jException(
                        "the activations are all zero: there is nothing to train on; check the hook");
            }
            return mean;
        }

        private Whitening whitening() {
            double[] zero = origin;
            if (rows < 2 || zero == null) {
                throw new Sae4jException(
                        "whitening needs at least 2 rows to estimate a covariance");
            }
            double[] mean = new double[d];
            double[][] covariance = new double[d][d];
            for (int r = 0; r < d; r++) {
                mean[r] = zero[r] + sum[r] / rows;
                for (int c = 0; c <= r; c++) {
                    double v = (products[r][c] - sum[r] * sum[c] / rows) / (rows - 1);
                    covariance[r][c] = v;
                    covariance[c][r] = v;
                }
            }
            return whiten(mean, covariance);
        }
    }

    private static Whitening whiten(double[] mean, double[][] covariance) {
        int d = mean.length;
        var eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(covariance, false));
        double[] scale = new double[d];
        double[] back = new double[d];
        for (int i = 0; i < d; i++) {
            double root = Math.sqrt(Math.max(0, eigen.getEigenvalue(i)) + EIGENVALUE_EPSILON);
            scale[i] = 1 / root;
            back[i] = root;
        }
        RealMatrix vectors = eigen.getV();
        RealMatrix matrix = vectors.multiply(MatrixUtils.createRealDiagonalMatrix(scale));
        RealMatrix inverse =
                MatrixUtils.createRealDiagonalMatrix(back).multiply(vectors.transpose());
        return new Whitening(floats(mean), floats(matrix), floats(inverse));
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static float[] floats(RealMatrix m) {
        float[] floats = new float[m.getRowDimension() * m.getColumnDimension()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) m.getEntry(i / m.getColumnDimension(), i % m.getColumnDimension());
        }
        return floats;
    }

    /// The batch that training sees of rows as they are.
    ///
    /// @param x `[rows, d]`, not changed
    Batch batch(Workers workers, float[] x, int rows, int d) {
        return switch (type) {
            case NONE -> Batch.of(x, rows);
            case UNIT_MEAN_SQUARE, MEAN_NORM -> {
                float[] scaled = Arrays.copyOf(x, rows * d);
                Vectors.scale((float) factor, scaled, 0, scaled.length);
                yield Batch.of(scaled, rows);
            }
            case WHITENING -> Batch.of(whitened(workers, x, rows, d), rows);
            case LAYER_NORM -> normed(x, rows, d);
        };
    }

    private float[] whitened(Workers workers, float[] x, int rows, int d) {
        Whitening w = Objects.requireNonNull(whitening);
        PackedMatrix columns =
                PackedMatrix.of(
                        workers,
                        d,
                        d,
                        (row, target, at) -> {
                            for (int k = 0; k < d; k++) {
                                target[at + k] = w.matrix[k * d + row];
                            }
                        });
        float[] out = new float[rows * d];
        Gemm.multiply(workers, Rows.of(x, rows, d).minus(w.mean), columns, out);
        return out;
    }

    private static Batch normed(float[] x, int rows, int d) {
        float[] normed = new float[rows * d];
        float[] deviation = new float[rows];
        float[] mean = new float[rows];
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int c = r * d; c < (r + 1) * d; c++) {
                sum += x[c];
            }
            double m = sum / d;
            double squares = 0;
            for (int c = r * d; c < (r + 1) * d; c++) {
                squares += (x[c] - m) * (x[c] - m);
            }
            mean[r] = (float) m;
            deviation[r] = (float) Math.sqrt(squares / (d - 1));
            for (int c = r * d; c < (r + 1) * d; c++) {
                normed[c] = (x[c] - mean[r]) / (deviation[r] + LAYER_NORM_EPSILON);
            }
        }
        return new Batch(normed, x, rows, 1, deviation, mean);
    }

    /// What one needs to know of it, for the metadata of the trained SAE.
    public List<String> summary() {
        List<String> words = new ArrayList<>();
        if (type != InputScale.Type.NONE) {
            words.add(type.name().toLowerCase(Locale.ROOT));
        }
        if (factor != 1) {
            words.add("factor " + factor);
        }
        return words;
    }
}
