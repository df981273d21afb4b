package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;

/// Activations that look at one pre-activation at a time: ReLU, JumpReLU, gated. Keeps what is not
/// zero while the tiles of a product leave the registers.
final class ElementwiseRows implements Gemm.Sink {
    private final Rule rule;
    private final Hits hits;

    /// The activation of one feature.
    private interface Rule {
        /// @return 0 if the feature is off
        float of(float product, int feature);
    }

    private ElementwiseRows(Hits hits, Rule rule) {
        this.rule = rule;
        this.hits = hits;
    }

    /// `f = z` where `z > 0` and `z > threshold`, both strictly.
    ///
    /// @param bias `[F]`
    /// @param threshold `[F]`
    static SparseCodes above(
            Workers workers, PreActivations encoder, Rows x, float[] bias, float[] threshold) {
        float[] lower = new float[threshold.length];
        for (int j = 0; j < lower.length; j++) {
            lower[j] = Math.max(0, threshold[j]);
        }
        var out = new CodesBuffer();
        out.hits().begin(x.count());
        var sink = new AboveRows(out.hits(), bias, null, lower, Long.MAX_VALUE);
        encoder.multiply(workers, x, sink);
        out.fill(workers);
        return out.codes();
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
        var out = new CodesBuffer();
        out.hits().begin(x.count());
        encoder.multiply(workers, x, new ElementwiseRows(out.hits(), rule));
        out.fill(workers);
        return out.codes();
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        hits.reserve(row, rows * columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float f = rule.of(tile[r * stride + c], first + c);
                if (f != 0) {
                    hits.add(row + r, first + c, f);
                }
            }
        }
    }
}
