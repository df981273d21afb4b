package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;

/// The packed form of an SAE: what [Sae] computes with.
final class Encoder {
    private final SaeConfig config;
    private final PackedMatrix encoder; // [F, D]
    private final float[] encoderBias; // [F]
    private final float[] decoderBias; // [D]
    private final SaeWeights weights;

    private Encoder(SaeConfig config, PackedMatrix encoder, SaeWeights weights) {
        this.config = config;
        this.encoder = encoder;
        this.weights = weights;
        this.encoderBias = weights.encoderBias();
        this.decoderBias = weights.decoderBias();
    }

    static Encoder of(Workers workers, SaeConfig config, SaeWeights weights) {
        var rows =
                new PackedMatrix.RowSource() {
                    @Override
                    public void read(int row, float[] target, int at) {
                        weights.encoderRow(row, target, at);
                    }

                    @Override
                    public void read(int first, int count, int depth, float[] target) {
                        weights.encoderRows(first, count, target);
                    }
                };
        var packed = PackedMatrix.of(workers, config.dSae(), config.dIn(), rows);
        return new Encoder(config, packed, weights);
    }

    SparseCodes encode(Workers workers, Rows x) {
        Rows input = config.centred() ? x.minus(decoderBias) : x;
        return switch (config.activation()) {
            case Activation.TopK(int k) -> topK(workers, input, k);
            case Activation.Relu _ -> threshold(workers, input, new float[config.dSae()]);
            case Activation.JumpRelu(float[] threshold) -> threshold(workers, input, threshold);
        };
    }

    private SparseCodes topK(Workers workers, Rows x, int k) {
        var top = new TopKRows(k, encoderBias);
        int rows = x.count();
        float[] value = new float[rows * k];
        int[] feature = new int[rows * k];
        top.begin(rows, value, feature);
        Gemm.multiplyByRows(workers, x, encoder, top);
        int[] rowStart = new int[rows + 1];
        int kept = 0;
        for (int r = 0; r < rows; r++) {
            top.sortByColumn(r);
            for (int i = r * k; i < (r + 1) * k; i++) {
                if (value[i] > 0) { // ReLU; compacts in place, as kept <= i
                    value[kept] = value[i];
                    feature[kept++] = feature[i];
                }
            }
            rowStart[r + 1] = kept;
        }
        return new SparseCodes(rows, rowStart, feature, value);
    }

    private SparseCodes threshold(Workers workers, Rows x, float[] threshold) {
        var above = new AboveThreshold(x.count(), encoderBias, threshold);
        Gemm.multiplyByRows(workers, x, encoder, above);
        return above.codes();
    }

    void decode(Workers workers, SparseCodes codes, float[] out) {
        int d = config.dIn();
        int block = 64;
        workers.forEach(
                Math.ceilDiv(codes.rows(), block),
                b -> {
                    float[] row = new float[d];
                    int end = Math.min(codes.rows(), (b + 1) * block);
                    for (int r = b * block; r < end; r++) {
                        System.arraycopy(decoderBias, 0, out, r * d, d);
                        for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                            weights.decoderRow(codes.feature()[i], row, 0);
                            Vectors.addScaled(codes.value()[i], row, 0, out, r * d, d);
                        }
                    }
                });
    }
}
