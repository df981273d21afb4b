package dev.sae4j.kernel;

/// The scalar twins of the decoder kernels, in double: what each of them computes. Tests compare the
/// two; nothing else uses them.
final class ScalarDecoder {
    private ScalarDecoder() {}

    static double[] rmsNorm(float[] x, int rows, float[] weight, double epsilon) {
        int width = weight.length;
        double[] out = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += (double) x[row * width + i] * x[row * width + i];
            }
            double scale = 1 / Math.sqrt(squares / width + epsilon);
            for (int i = 0; i < width; i++) {
                out[row * width + i] = x[row * width + i] * scale * weight[i];
            }
        }
        return out;
    }

    /// One head `[headDim]` turned by `position * frequencies[i]`.
    static double[] rotate(float[] head, double[] frequencies, int position) {
        int half = frequencies.length;
        double[] out = new double[2 * half];
        for (int i = 0; i < half; i++) {
            double cos = Math.cos(position * frequencies[i]);
            double sin = Math.sin(position * frequencies[i]);
            out[i] = head[i] * cos - head[i + half] * sin;
            out[i + half] = head[i + half] * cos + head[i] * sin;
        }
        return out;
    }

    static double[] layerNorm(float[] x, int rows, float[] weight, float[] bias, double epsilon) {
        int width = weight.length;
        double[] out = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            double mean = 0;
            for (int i = 0; i < width; i++) {
                mean += (double) x[row * width + i] / width;
            }
            double variance = 0;
            for (int i = 0; i < width; i++) {
                double d = x[row * width + i] - mean;
                variance += d * d / width;
            }
            for (int i = 0; i < width; i++) {
                double d = x[row * width + i] - mean;
                out[row * width + i] = d / Math.sqrt(variance + epsilon) * weight[i] + bias[i];
            }
        }
        return out;
    }

    static double activation(MlpActivation kind, double x) {
        return switch (kind) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU -> x / 2 * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH ->
                    x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }

    /// The error function by its Taylor series, which is exact enough up to 5.
    static double erf(double x) {
        if (Math.abs(x) > 5) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 150; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    static double softCap(double cap, double x) {
        return cap == 0 ? x : cap * Math.tanh(x / cap);
    }

    /// `[tokens, query * size]`, see [CausalAttention#apply].
    static double[] attention(
            CausalAttention.Heads heads, CausalAttention.Rule rule, float[] qkv, int[] starts) {
        int size = heads.size();
        int stride = (heads.query() + 2 * heads.keyValue()) * size;
        double[] out = new double[starts[starts.length - 1] * heads.query() * size];
        for (int s = 0; s + 1 < starts.length; s++) {
            for (int row = starts[s]; row < starts[s + 1]; row++) {
                for (int h = 0; h < heads.query(); h++) {
                    int kv = h / (heads.query() / heads.keyValue());
                    int key = (heads.query() + kv) * size;
                    int value = key + heads.keyValue() * size;
                    double sum = 0;
                    int to = (row * heads.query() + h) * size;
                    int first = rule.window() == 0 ? 0 : row - rule.window() + 1;
                    for (int other = Math.max(first, starts[s]); other <= row; other++) {
                        double score =
                                Scalar.dot(
                                        qkv,
                                        row * stride + h * size,
                                        qkv,
                                        other * stride + key,
                                        size);
                        double p = Math.exp(softCap(rule.cap(), score * rule.scale()));
                        sum += p;
                        for (int d = 0; d < size; d++) {
                            out[to + d] += p * qkv[other * stride + value + d];
                        }
                    }
                    for (int d = 0; d < size; d++) {
                        out[to + d] /= sum;
                    }
                }
            }
        }
        return out;
    }

    /// `-log softmax(logits[row])[target]` of logits `[rows, vocabulary]`.
    static double loss(double[] logits, int row, int vocabulary, int target) {
        double max = Double.NEGATIVE_INFINITY;
        for (int v = 0; v < vocabulary; v++) {
            max = Math.max(max, logits[row * vocabulary + v]);
        }
        double sum = 0;
        for (int v = 0; v < vocabulary; v++) {
            sum += Math.exp(logits[row * vocabulary + v] - max);
        }
        return Math.log(sum) + max - logits[row * vocabulary + target];
    }
}
