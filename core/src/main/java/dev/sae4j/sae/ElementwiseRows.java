package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// Activations that look at one pre-activation at a time: ReLU, JumpReLU, gated. Keeps what is not
/// zero while the tiles of a product leave the registers.
final class ElementwiseRows implements Gemm.Sink {
    private final Rule rule;
    private final int[][] feature; // per row, growing
    private final float[][] value;
    private final int[] count;

    /// The activation of one feature.
    private interface Rule {
        /// @return 0 if the feature is off
        float of(float product, int feature);
    }

    private ElementwiseRows(int rows, Rule rule) {
        this.rule = rule;
        this.feature = new int[rows][16];
        this.value = new float[rows][16];
        this.count = new int[rows];
    }

    /// `f = z` where `z > 0` and `z > threshold`, both strictly.
    ///
    /// @param bias `[F]`
    /// @param threshold `[F]`
    static SparseCodes above(
            Workers workers, PreActivations encoder, Rows x, float[] bias, float[] threshold) {
        return run(
                workers,
                encoder,
                x,
                (product, j) -> {
                    float z = product + bias[j];
                    return z > 0 && z > threshold[j] ? z : 0;
                });
    }

    static SparseCodes gated(
            Workers workers, PreActivations encoder, Rows x, Activation.Gated gated) {
        float[] scale = gated.magnitudeScale().clone();
        for (int j = 0; j < scale.length; j++) {
            scale[j] = (float) Math.exp(scale[j]);
        }
        return run(
                workers,
                encoder,
                x,
                (product, j) -> {
                    if (!(product + gated.gateBias()[j] > 0)) {
                        return 0;
                    }
                    float magnitude = product * scale[j] + gated.magnitudeBias()[j];
                    return magnitude > 0 ? magnitude : 0;
                });
    }

    private static SparseCodes run(Workers workers, PreActivations encoder, Rows x, Rule rule) {
        var rows = new ElementwiseRows(x.count(), rule);
        encoder.multiply(workers, x, rows);
        return rows.codes();
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float f = rule.of(tile[r * stride + c], first + c);
                if (f != 0) {
                    add(row + r, first + c, f);
                }
            }
        }
    }

    private void add(int row, int column, float f) {
        int n = count[row]++;
        if (n == feature[row].length) {
            feature[row] = Arrays.copyOf(feature[row], 2 * n);
            value[row] = Arrays.copyOf(value[row], 2 * n);
        }
        feature[row][n] = column;
        value[row][n] = f;
    }

    private SparseCodes codes() {
        int[] rowStart = new int[count.length + 1];
        for (int r = 0; r < count.length; r++) {
            rowStart[r + 1] = Math.addExact(rowStart[r], count[r]);
        }
        int[] features = new int[rowStart[count.length]];
        float[] values = new float[features.length];
        for (int r = 0; r < count.length; r++) {
            System.arraycopy(feature[r], 0, features, rowStart[r], count[r]);
            System.arraycopy(value[r], 0, values, rowStart[r], count[r]);
        }
        return new SparseCodes(count.length, rowStart, features, values);
    }
}
