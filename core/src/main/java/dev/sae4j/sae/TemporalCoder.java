package dev.sae4j.sae;

import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;

/// The temporal SAE of SAELens: attention between feature codes predicts each row from the rows
/// before it; what is left is encoded sparsely.
///
/// Each layer, with `r` the residual so far and `z = relu(lambda · r · W_enc)`: attends from `z` of a
/// row to `z` of the rows before it, takes the ReLU `p` of the result, and removes the projection of
/// `r` on `p · W_dec` from `r`. Codes are dense while they are made: this suits the sequences of one
/// context, not a corpus.
final class TemporalCoder {
    /// Added to the norm of a prediction before it divides.
    private static final float EPSILON = 1e-6f;

    private final float lambda;
    private final PreActivations encoder;
    private final SaeWeights weights;
    private final Activation.Temporal rule;

    TemporalCoder(int dIn, PreActivations encoder, SaeWeights weights, Activation.Temporal rule) {
        this.lambda = 1f / (4 * dIn);
        this.encoder = encoder;
        this.weights = weights;
        this.rule = rule;
    }

    /// @param novel sparse codes of what was not predicted
    /// @param predicted codes of what was; signs may be negative
    record Result(SparseCodes novel, SparseCodes predicted) {}

    Result encode(Workers workers, Rows x) {
        int n = x.count();
        int features = encoder.rows();
        float[] residual = Pursuit.residuals(x); // [n, d]
        float[] predicted = new float[Math.multiplyExact(n, features)];
        for (TemporalLayer layer : rule.layers()) {
            float[] z = codes(workers, residual, n, x.width());
            float[] p = attend(workers, layer, z, n);
            project(p, residual, predicted, n, x.width());
        }
        float[] novel = codes(workers, residual, n, x.width());
        Integer k = rule.k();
        return new Result(
                k == null ? sparse(novel, n) : largest(novel, n, k), sparse(predicted, n));
    }

    /// `relu(lambda · r · W_enc)`, dense.
    private float[] codes(Workers workers, float[] residual, int n, int d) {
        float[] scaled = new float[residual.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = residual[i] * lambda;
        }
        float[] z = new float[n * encoder.rows()];
        encoder.multiply(workers, Rows.of(scaled, n, d), z);
        for (int i = 0; i < z.length; i++) {
            z[i] = Math.max(0, z[i]);
        }
        return z;
    }

    private static float[] attend(Workers workers, TemporalLayer layer, float[] z, int n) {
        int features = z.length / n;
        float[] context = new float[z.length]; // the codes of the row before
        System.arraycopy(z, 0, context, features, z.length - features);
        float[] key = linear(workers, layer.key(), context, n);
        float[] value = linear(workers, layer.value(), context, n);
        float[] query = linear(workers, layer.query(), z, n);
        float[] mixed = new float[z.length];
        workers.forEach(layer.heads(), h -> head(layer.heads(), h, query, key, value, mixed, n));
        float[] p = linear(workers, layer.output(), mixed, n);
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.max(0, p[i]);
        }
        return p;
    }

    private static float[] linear(Workers workers, TemporalLayer.Part part, float[] in, int n) {
        Matrix w = part.weight();
        PackedMatrix packed =
                PackedMatrix.of(
                        workers, w.rows(), w.columns(), (row, to, at) -> w.read(row, to, at));
        float[] out = new float[n * w.rows()];
        Linear.store(workers, Rows.of(in, n, w.columns()), packed, part.bias(), out);
        return out;
    }

    /// Causal softmax attention of one head: a row attends to itself and the rows before.
    private static void head(
            int heads, int h, float[] query, float[] key, float[] value, float[] mixed, int n) {
        int width = query.length / n;
        int depth = width / heads;
        int features = value.length / n;
        int run = features / heads;
        double[] weight = new double[n];
        for (int i = 0; i < n; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int c = h * depth; c < (h + 1) * depth; c++) {
                    sum += (double) query[i * width + c] * key[j * width + c];
                }
                weight[j] = sum / Math.sqrt(depth);
                largest = Math.max(largest, weight[j]);
            }
            double total = 0;
            for (int j = 0; j <= i; j++) {
                weight[j] = Math.exp(weight[j] - largest);
                total += weight[j];
            }
            for (int c = h * run; c < (h + 1) * run; c++) {
                double sum = 0;
                for (int j = 0; j <= i; j++) {
                    sum += weight[j] * value[j * features + c];
                }
                mixed[i * features + c] = (float) (sum / total);
            }
        }
    }

    /// Takes the projection on what is predicted off the residual and adds it to the predicted
    /// codes.
    private void project(float[] p, float[] residual, float[] predicted, int n, int d) {
        int features = encoder.rows();
        float[] direction = new float[d];
        double[] y = new double[d];
        for (int r = 0; r < n; r++) {
            java.util.Arrays.fill(y, 0);
            for (int j = 0; j < features; j++) {
                float f = p[r * features + j];
                if (f != 0) {
                    weights.decoder().read(j, direction, 0);
                    for (int c = 0; c < d; c++) {
                        y[c] += (double) f * direction[c];
                    }
                }
            }
            double square = 0;
            double product = 0;
            for (int c = 0; c < d; c++) {
                square += y[c] * y[c];
                product += y[c] * residual[r * d + c];
            }
            double norm = Math.sqrt(square) + EPSILON;
            double scale = product / (norm * norm);
            for (int c = 0; c < d; c++) {
                residual[r * d + c] -= (float) (scale * y[c]);
            }
            for (int j = 0; j < features; j++) {
                predicted[r * features + j] += (float) (scale * p[r * features + j]);
            }
        }
    }

    private static SparseCodes sparse(float[] dense, int n) {
        int features = dense.length / n;
        var codes = new CodesBuilder(n, dense.length / 4);
        for (int r = 0; r < n; r++) {
            for (int j = 0; j < features; j++) {
                if (dense[r * features + j] != 0) {
                    codes.add(j, dense[r * features + j]);
                }
            }
            codes.endRow();
        }
        return codes.codes();
    }

    private static SparseCodes largest(float[] dense, int n, int k) {
        int features = dense.length / n;
        var top = new TopKRows(k, new float[features]);
        float[] value = new float[n * k];
        int[] feature = new int[n * k];
        top.begin(n, value, feature);
        top.accept(dense, features, 0, n, 0, features);
        var codes = new CodesBuilder(n, n * k);
        for (int r = 0; r < n; r++) {
            for (int i = r * k; i < (r + 1) * k; i++) {
                if (value[i] > 0) {
                    codes.add(feature[i], value[i]);
                }
            }
            codes.endRow();
        }
        return codes.codes();
    }
}
