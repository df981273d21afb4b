package dev.sae4j.sae;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What [Sae] computes with: input transform, pre-activations, activation, and the way back.
final class Coder {
    /// Rows decoded by one thread at a time.
    private static final int BLOCK = 64;

    private final SaeConfig config;
    private final SaeWeights weights;
    private final PreActivations encoder;
    private final @Nullable PreActivations skip;
    private final float @Nullable [] subtracted; // [d_in]
    private final float[] added; // [d_out]

    Coder(SaeConfig config, SaeWeights weights) {
        this.config = config;
        this.weights = weights;
        this.encoder = new PreActivations(weights.encoder());
        Matrix skipMatrix = weights.skip();
        this.skip = skipMatrix == null ? null : new PreActivations(skipMatrix);
        this.subtracted = subtracted(config, weights);
        this.added = added(weights);
    }

    private static float @Nullable [] subtracted(SaeConfig config, SaeWeights weights) {
        float[] pre = weights.preBias();
        if (pre == null) {
            return config.centred() ? weights.decoderBias() : null;
        }
        return config.centred() ? sum(pre, weights.decoderBias()) : pre;
    }

    private static float[] added(SaeWeights weights) {
        float[] pre = weights.preBias();
        return pre == null ? weights.decoderBias() : sum(weights.decoderBias(), pre);
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = a.clone();
        for (int c = 0; c < sum.length; c++) {
            sum[c] += b[c];
        }
        return sum;
    }

    SparseCodes encode(Workers workers, Rows x) {
        Rows input = input(x);
        float[] bias = weights.encoderBias();
        return switch (config.activation()) {
            case Activation.Relu _ -> above(workers, input, bias, new float[config.dSae()]);
            case Activation.JumpRelu(float[] threshold) -> above(workers, input, bias, threshold);
            case Activation.TopK(int k) -> TopK.positive(workers, encoder, input, bias, k);
            case Activation.SignedTopK(int k) -> TopK.signed(workers, encoder, input, bias, k);
            case Activation.AbsTopK(int k) -> TopK.magnitude(workers, encoder, input, bias, k);
            case Activation.BatchTopK(double k, Float threshold) -> {
                float[] limit = new float[config.dSae()];
                Arrays.fill(limit, threshold == null ? 0 : threshold);
                SparseCodes positive = above(workers, input, bias, limit);
                yield threshold == null ? BatchSelection.largest(positive, k) : positive;
            }
            case Activation.Gated gated -> ElementwiseRows.gated(workers, encoder, input, gated);
            case Activation.GroupMax(int k) -> {
                var groups = new GroupMaxRows(x.count(), config.dSae(), k, bias);
                encoder.multiply(workers, input, groups);
                yield groups.codes();
            }
            case Activation.MatchingPursuit rule ->
                    new Pursuit(encoder, weights.decoder(), rule).encode(workers, input);
            case Activation.Temporal temporal -> temporal(temporal).encode(workers, input).novel();
        };
    }

    private SparseCodes above(Workers workers, Rows input, float[] bias, float[] threshold) {
        return ElementwiseRows.above(workers, encoder, input, bias, threshold);
    }

    SparseCodes predicted(Workers workers, Rows x) {
        if (config.activation() instanceof Activation.Temporal temporal) {
            return temporal(temporal).encode(workers, input(x)).predicted();
        }
        throw new IllegalStateException(
                "only temporal SAEs predict, this one is " + config.architecture());
    }

    private TemporalCoder temporal(Activation.Temporal temporal) {
        return new TemporalCoder(config.dIn(), encoder, weights, temporal);
    }

    private Rows input(Rows x) {
        if (x.width() != config.dIn()) {
            throw new IllegalArgumentException(
                    "rows of %d floats do not fit an SAE with d_in = %d"
                            .formatted(x.width(), config.dIn()));
        }
        Rows input = config.input().apply(x);
        return subtracted == null ? input : input.minus(subtracted);
    }

    void decode(Workers workers, Rows x, SparseCodes codes, float[] out) {
        if (x.count() != codes.rows()) {
            throw new IllegalArgumentException(
                    "%d rows of input, but codes of %d".formatted(x.count(), codes.rows()));
        }
        SparseCodes all =
                config.activation() instanceof Activation.Temporal
                        ? codes.plus(predicted(workers, x))
                        : codes;
        int d = config.dOut();
        workers.forEach(
                Math.ceilDiv(all.rows(), BLOCK),
                b -> {
                    float[] row = new float[d];
                    int end = Math.min(all.rows(), (b + 1) * BLOCK);
                    for (int r = b * BLOCK; r < end; r++) {
                        System.arraycopy(added, 0, out, r * d, d);
                        for (int i = all.rowStart()[r]; i < all.rowStart()[r + 1]; i++) {
                            weights.decoder().read(all.feature()[i], row, 0);
                            Vectors.addScaled(all.value()[i], row, 0, out, r * d, d);
                        }
                    }
                });
        config.input().undo(x, out, d);
        if (skip != null) {
            skip.multiply(
                    workers,
                    x,
                    (tile, stride, row, rows, column, columns) -> {
                        for (int r = 0; r < rows; r++) {
                            Vectors.addScaled(
                                    1f, tile, r * stride, out, (row + r) * d + column, columns);
                        }
                    });
        }
    }
}
