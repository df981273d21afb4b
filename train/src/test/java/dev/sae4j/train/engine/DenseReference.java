package dev.sae4j.train.engine;

import dev.sae4j.train.Recipe;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A TopK training step written down as plainly as possible, dense and in double: the oracle of
/// [SparseStep].
final class DenseReference {
    final int d;
    final int f;
    final double[] encoder; // [F, D]
    final double[] encoderBias; // [F]
    final double[] decoder; // [F, D]
    final double[] decoderBias; // [D]
    private final Recipe recipe;
    private final double[][] first;
    private final double[][] second;
    private final long[] sinceFired;
    private int step;

    DenseReference(Recipe recipe, Parameters w) {
        this.recipe = recipe;
        d = w.dIn();
        f = w.dSae();
        encoder = widen(w.encoder());
        encoderBias = widen(w.encoderBias());
        decoder = widen(w.decoder());
        decoderBias = widen(w.decoderBias());
        first = moments();
        second = moments();
        sinceFired = new long[f];
    }

    double[][] tensors() {
        return new double[][] {encoder, encoderBias, decoder, decoderBias};
    }

    /// Values of one forward pass over rows `x: [n][d]`.
    record Forward(
            double loss,
            double aux,
            int[][] active,
            double[][] f,
            int[][] deadActive,
            double[][] deadF,
            double[][] error,
            double[][] auxError,
            double auxVariance) {}

    int[] dead() {
        return IntStream.range(0, f)
                .filter(j -> sinceFired[j] >= recipe.aux().deadAfter())
                .toArray();
    }

    /// @param residual the target of the auxiliary loss, or null to take this pass's own: gradients
    ///     do not flow into it, so finite differences must hold it still
    Forward forward(double[][] x, double @Nullable [][] residual, double variance) {
        int n = x.length;
        int[] dead = dead();
        int[] all = IntStream.range(0, f).toArray();
        int[][] active = new int[n][];
        int[][] deadActive = new int[n][];
        double[][] values = new double[n][f];
        double[][] deadValues = new double[n][f];
        double[][] error = new double[n][d];
        double[][] auxError = new double[n][d];
        double loss = 0;
        for (int r = 0; r < n; r++) {
            double[] z = new double[f];
            for (int j = 0; j < f; j++) {
                z[j] = encoderBias[j];
                for (int c = 0; c < d; c++) {
                    z[j] += encoder[j * d + c] * (x[r][c] - decoderBias[c]);
                }
            }
            active[r] = top(z, all, recipe.k());
            deadActive[r] = top(z, dead, recipe.aux().k());
            for (int c = 0; c < d; c++) {
                error[r][c] = decoderBias[c] - x[r][c];
            }
            for (int j : active[r]) {
                values[r][j] = z[j];
                for (int c = 0; c < d; c++) {
                    error[r][c] += z[j] * decoder[j * d + c];
                }
            }
            for (int j : deadActive[r]) {
                deadValues[r][j] = z[j];
            }
            loss += square(error[r]) / n;
        }
        double[][] target = residual == null ? negated(error) : residual;
        double norm = residual == null ? variance(target) : variance;
        double aux = 0;
        if (dead.length > 0 && recipe.aux().coefficient() > 0) {
            for (int r = 0; r < n; r++) {
                for (int c = 0; c < d; c++) {
                    auxError[r][c] = -target[r][c];
                    for (int j : deadActive[r]) {
                        auxError[r][c] += deadValues[r][j] * decoder[j * d + c];
                    }
                }
                aux += square(auxError[r]) / n / norm;
            }
        }
        return new Forward(
                loss, aux, active, values, deadActive, deadValues, error, auxError, norm);
    }

    double totalLoss(Forward pass) {
        return pass.loss + recipe.aux().coefficient() * pass.aux;
    }

    /// Gradients in the order of [#tensors()].
    double[][] gradients(double[][] x, Forward pass) {
        double[][] g = moments();
        int n = x.length;
        for (int r = 0; r < n; r++) {
            double[] e = scaled(pass.error[r], 2.0 / n);
            for (int c = 0; c < d; c++) {
                g[3][c] += e[c];
            }
            add(g, x[r], e, pass.active[r], pass.f[r]);
            if (pass.aux > 0) {
                double scale = recipe.aux().coefficient() * 2 / n / pass.auxVariance;
                add(g, x[r], scaled(pass.auxError[r], scale), pass.deadActive[r], pass.deadF[r]);
            }
        }
        return g;
    }

    private void add(double[][] g, double[] x, double[] e, int[] active, double[] values) {
        for (int j : active) {
            double gradient = 0;
            for (int c = 0; c < d; c++) {
                gradient += e[c] * decoder[j * d + c];
                g[2][j * d + c] += values[j] * e[c];
            }
            g[1][j] += gradient;
            for (int c = 0; c < d; c++) {
                g[0][j * d + c] += gradient * (x[c] - decoderBias[c]);
                g[3][c] -= gradient * encoder[j * d + c];
            }
        }
    }

    Forward step(double[][] x, double rate) {
        Forward pass = forward(x, null, 0);
        double[][] g = gradients(x, pass);
        step++;
        if (recipe.decoder().unitNorm()) {
            for (int j = 0; j < f; j++) {
                double along = 0;
                for (int c = 0; c < d; c++) {
                    along += g[2][j * d + c] * decoder[j * d + c];
                }
                for (int c = 0; c < d; c++) {
                    g[2][j * d + c] -= along * decoder[j * d + c];
                }
            }
        }
        double b1 = recipe.adam().beta1();
        double b2 = recipe.adam().beta2();
        double[][] w = tensors();
        for (int t = 0; t < 4; t++) {
            for (int i = 0; i < w[t].length; i++) {
                first[t][i] = b1 * first[t][i] + (1 - b1) * g[t][i];
                second[t][i] = b2 * second[t][i] + (1 - b2) * g[t][i] * g[t][i];
                double m = first[t][i] / (1 - Math.pow(b1, step));
                double v = second[t][i] / (1 - Math.pow(b2, step));
                w[t][i] -= rate * m / (Math.sqrt(v) + recipe.adam().epsilon());
            }
        }
        if (recipe.decoder().unitNorm()) {
            for (int j = 0; j < f; j++) {
                double[] row = Arrays.copyOfRange(decoder, j * d, (j + 1) * d);
                double norm = Math.sqrt(square(row));
                for (int c = 0; c < d; c++) {
                    decoder[j * d + c] = row[c] / norm;
                }
            }
        }
        for (int j = 0; j < f; j++) {
            int feature = j;
            boolean fired =
                    Arrays.stream(pass.active)
                            .anyMatch(a -> Arrays.stream(a).anyMatch(i -> i == feature));
            sinceFired[j] = fired ? 0 : sinceFired[j] + x.length;
        }
        return pass;
    }

    /// The k largest positive values among the candidates; ties to the smaller index.
    private static int[] top(double[] z, int[] candidates, int k) {
        return IntStream.of(candidates)
                .boxed()
                .sorted((a, b) -> z[a] != z[b] ? Double.compare(z[b], z[a]) : Integer.compare(a, b))
                .limit(k)
                .filter(j -> z[j] > 0)
                .mapToInt(j -> j)
                .sorted()
                .toArray();
    }

    private double[][] moments() {
        return new double[][] {new double[f * d], new double[f], new double[f * d], new double[d]};
    }

    static double variance(double[][] rows) {
        int n = rows.length;
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += row[c] / n;
            }
        }
        double sum = 0;
        for (double[] row : rows) {
            for (int c = 0; c < mean.length; c++) {
                sum += (row[c] - mean[c]) * (row[c] - mean[c]);
            }
        }
        return sum / n;
    }

    static double[][] negated(double[][] rows) {
        return Arrays.stream(rows).map(r -> scaled(r, -1)).toArray(double[][]::new);
    }

    private static double[] scaled(double[] x, double s) {
        return Arrays.stream(x).map(v -> v * s).toArray();
    }

    private static double square(double[] x) {
        return Arrays.stream(x).map(v -> v * v).sum();
    }

    private static double[] widen(float[] x) {
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i];
        }
        return out;
    }
}
