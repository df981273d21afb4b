package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import java.util.Map;

/// The scalar twin of the whole decoder: one sequence through a [TinyModel] in double, token by
/// token, written from the definition.
final class ScalarModel {
    private static final int HEADS = 3;
    private static final int SIZE = 4;
    private final Map<String, Tensor> tensors;

    ScalarModel(TinyModel model) {
        this.tensors = model.tensors;
    }

    /// Logits of the last token.
    double[] logits(int[] tokens) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = row("model.embed_tokens.weight", tokens[t]);
        }
        for (int layer = 0; layer < 2; layer++) {
            String in = "model.layers." + layer + ".";
            double[][] mixed = attention(in + "self_attn.", norms(x, in + "input_layernorm"));
            for (int t = 0; t < x.length; t++) {
                add(x[t], linear(in + "self_attn.o_proj", mixed[t]));
            }
            double[][] normed = norms(x, in + "post_attention_layernorm");
            for (int t = 0; t < x.length; t++) {
                double[] gate = linear(in + "mlp.gate_proj", normed[t]);
                double[] up = linear(in + "mlp.up_proj", normed[t]);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
                }
                add(x[t], linear(in + "mlp.down_proj", gate));
            }
        }
        return linear("lm_head", norms(x, "model.norm")[tokens.length - 1]);
    }

    private double[][] attention(String in, double[][] x) {
        double[][] out = new double[x.length][HEADS * SIZE];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] q = linear(in + "q_proj", x[t]);
            k[t] = rotated(linear(in + "k_proj", x[t]), 0, t);
            v[t] = linear(in + "v_proj", x[t]);
            for (int h = 0; h < HEADS; h++) {
                double[] query = rotated(q, h * SIZE, t);
                double sum = 0;
                for (int other = 0; other <= t; other++) {
                    double score = 0;
                    for (int d = 0; d < SIZE; d++) {
                        score += query[d] * k[other][d];
                    }
                    double p = Math.exp(score / 2); // sqrt(4)
                    sum += p;
                    for (int d = 0; d < SIZE; d++) {
                        out[t][h * SIZE + d] += p * v[other][d];
                    }
                }
                for (int d = 0; d < SIZE; d++) {
                    out[t][h * SIZE + d] /= sum;
                }
            }
        }
        return out;
    }

    private static double[] rotated(double[] x, int at, int position) {
        double[] out = new double[SIZE];
        for (int i = 0; i < SIZE / 2; i++) {
            double angle = position * Math.pow(10000, -2.0 * i / SIZE);
            double a = x[at + i];
            double b = x[at + i + SIZE / 2];
            out[i] = a * Math.cos(angle) - b * Math.sin(angle);
            out[i + SIZE / 2] = b * Math.cos(angle) + a * Math.sin(angle);
        }
        return out;
    }

    private double[][] norms(double[][] x, String name) {
        double[] weight = row(name + ".weight", 0);
        double[][] out = new double[x.length][weight.length];
        for (int t = 0; t < x.length; t++) {
            double squares = 0;
            for (double value : x[t]) {
                squares += value * value;
            }
            for (int i = 0; i < weight.length; i++) {
                out[t][i] = x[t][i] / Math.sqrt(squares / weight.length + 1e-6) * weight[i];
            }
        }
        return out;
    }

    private double[] linear(String name, double[] x) {
        int outputs = tensor(name + ".weight").rows();
        double[] out =
                tensors.containsKey(name + ".bias") ? row(name + ".bias", 0) : new double[outputs];
        for (int o = 0; o < outputs; o++) {
            double[] w = row(name + ".weight", o);
            for (int i = 0; i < x.length; i++) {
                out[o] += w[i] * x[i];
            }
        }
        return out;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    /// Row of a matrix, or all of a vector.
    private double[] row(String name, int index) {
        Tensor t = tensor(name);
        int width = Math.toIntExact(t.shape()[t.shape().length - 1]);
        float[] all = t.toFloats();
        double[] out = new double[width];
        for (int i = 0; i < width; i++) {
            out[i] = all[index * width + i];
        }
        return out;
    }

    private Tensor tensor(String name) {
        Tensor t = tensors.get(name);
        if (t == null) {
            throw new AssertionError(name);
        }
        return t;
    }
}
