package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.KthLargest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The auxiliary reconstruction by dense products over the dead features: for rows that take so many
/// of them that sums over single entries would be slower.
///
/// Arrays are kept from batch to batch and grow when they must.
final class DenseAux implements Channel {
    private static final int BLOCK = 64;

    private final Parameters weights;
    private final boolean trainsEncoder;
    private final int[] place; // [F], where a feature is among the dead; -1 if it is not
    private int[] dead = new int[0];
    private int rows;
    private float[] decoderRows = new float[0]; // [n, dOut]
    private float[] products = new float[0]; // [rows, n]
    private float[] values = new float[0]; // [rows, n], 0 where not taken
    private float[] gradients = new float[0]; // [rows, n]
    private float[] encoder = new float[0]; // [n, dIn]
    private float[] decoder = new float[0]; // [n, dOut]
    private double[] bias = new double[0]; // [n]
    private double[] along = new double[0]; // [n]

    DenseAux(Parameters weights, boolean trainsEncoder) {
        this.weights = weights;
        this.trainsEncoder = trainsEncoder;
        place = new int[weights.dSae()];
    }

    /// Which of the dead features a row takes.
    ///
    /// @param k so many, with the largest rank
    /// @param scale `[F]`, what a pre-activation is multiplied with to be its rank; null for nothing
    /// @param absolute true to rank by magnitude
    /// @param relu true to take positive pre-activations only
    record Choice(int k, float @Nullable [] scale, boolean absolute, boolean relu) {}

    /// Begins a batch: finds the values.
    ///
    /// @param list the dead features, ascending
    /// @param scores what may have been copied from the main product
    /// @param input `[rows, dIn]`, centred
    void select(
            Workers workers,
            int[] list,
            DeadScores scores,
            float[] input,
            int batchRows,
            Choice choice) {
        dead = list;
        rows = batchRows;
        int n = dead.length;
        values = atLeast(values, Math.multiplyExact(rows, n));
        int[] copied = scores.places(dead);
        int[] places = copied == null ? identity(n) : copied;
        int width = copied == null ? n : scores.width();
        float[] from = copied == null ? multiplied(workers, input) : scores.products();
        float[] b = weights.encoderBias().value();
        forBlocks(
                workers,
                rows,
                (first, end) -> {
                    float[] z = new float[n];
                    float[] rank = new float[n];
                    for (int r = first; r < end; r++) {
                        for (int i = 0; i < n; i++) {
                            z[i] = from[r * width + places[i]] + b[dead[i]];
                        }
                        rank(z, choice, rank);
                        take(z, rank, choice, r * n);
                    }
                });
    }

    private static int[] identity(int n) {
        int[] places = new int[n];
        Arrays.setAll(places, i -> i);
        return places;
    }

    private float[] multiplied(Workers workers, float[] input) {
        int n = dead.length;
        int d = weights.dIn();
        float[] w = new float[n * d];
        gather(workers, weights.encoder().value(), d, w);
        products = atLeast(products, rows * n);
        Products.timesTransposed(workers, input, 0, rows, w, 0, n, d, products, 0);
        return products;
    }

    /// Copies the rows of the dead features, one behind the other.
    private void gather(Workers workers, float[] matrix, int width, float[] to) {
        forBlocks(
                workers,
                dead.length,
                (first, end) -> {
                    for (int i = first; i < end; i++) {
                        System.arraycopy(matrix, dead[i] * width, to, i * width, width);
                    }
                });
    }

    private void rank(float[] z, Choice choice, float[] rank) {
        float[] scale = choice.scale();
        for (int i = 0; i < z.length; i++) {
            float s = scale == null ? z[i] : z[i] * scale[dead[i]];
            rank[i] = choice.absolute() ? Math.abs(s) : s;
        }
    }

    /// Writes the values of a row from `at`. Of equal ranks the first are taken. A taken zero becomes
    /// the smallest float, so that it differs from what is not taken.
    private void take(float[] z, float[] rank, Choice choice, int at) {
        int n = z.length;
        float least = Float.NEGATIVE_INFINITY;
        int ties = 0;
        if (choice.k() < n) {
            least = KthLargest.of(rank, n, choice.k());
            int above = 0;
            for (int i = 0; i < n; i++) {
                above += rank[i] > least ? 1 : 0;
            }
            ties = least == Float.NEGATIVE_INFINITY ? 0 : choice.k() - above;
        }
        for (int i = 0; i < n; i++) {
            boolean taken = rank[i] > least || (rank[i] == least && ties-- > 0);
            taken &= !choice.relu() || z[i] > 0;
            float v = z[i] == 0 ? Float.MIN_VALUE : z[i];
            values[at + i] = taken ? v : 0;
        }
    }

    /// `out += values·W_dec`.
    ///
    /// @param out `[rows, dOut]`
    void decode(Workers workers, float[] out) {
        int d = weights.dOut();
        int n = dead.length;
        decoderRows = atLeast(decoderRows, n * d);
        gather(workers, weights.decoder().value(), d, decoderRows);
        Products.addProduct(workers, values, 0, rows, decoderRows, 0, d, n, out, 0);
    }

    /// Sums up the gradients of the features.
    ///
    /// @param errors `[rows, dOut]`, gradient by the reconstruction
    /// @param x `[rows, dIn]`, centred
    void sum(Workers workers, float[] errors, float[] x) {
        int n = dead.length;
        int dIn = weights.dIn();
        int dOut = weights.dOut();
        gradients = atLeast(gradients, rows * n);
        Products.timesTransposed(workers, errors, 0, rows, decoderRows, 0, n, dOut, gradients, 0);
        sumNumbers(workers);
        decoder = zeros(workers, decoder, n, dOut);
        Products.addTransposedProduct(workers, values, 0, n, errors, 0, dOut, rows, decoder, 0);
        if (trainsEncoder) {
            encoder = zeros(workers, encoder, n, dIn);
            Products.addTransposedProduct(workers, gradients, 0, n, x, 0, dIn, rows, encoder, 0);
        }
        Arrays.fill(place, -1);
        for (int i = 0; i < n; i++) {
            place[dead[i]] = i;
        }
    }

    /// Leaves gradients of taken entries only, and sums up those of each feature, block by block.
    private void sumNumbers(Workers workers) {
        int n = dead.length;
        int blocks = Math.ceilDiv(rows, BLOCK);
        float[] biasParts = new float[blocks * n];
        float[] alongParts = new float[blocks * n];
        forBlocks(
                workers,
                rows,
                (first, end) -> {
                    int part = first / BLOCK * n;
                    for (int r = first; r < end; r++) {
                        for (int i = 0; i < n; i++) {
                            float v = values[r * n + i];
                            float g = v == 0 ? 0 : gradients[r * n + i];
                            gradients[r * n + i] = g;
                            biasParts[part + i] += g;
                            alongParts[part + i] += v * g;
                        }
                    }
                });
        bias = new double[n];
        along = new double[n];
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < n; i++) {
                bias[i] += biasParts[b * n + i];
                along[i] += alongParts[b * n + i];
            }
        }
    }

    private interface Block {
        void run(int first, int end);
    }

    private static void forBlocks(Workers workers, int n, Block block) {
        workers.forEach(
                Math.ceilDiv(n, BLOCK), b -> block.run(b * BLOCK, Math.min(n, (b + 1) * BLOCK)));
    }

    @Override
    public double add(float[] x, int feature, Gradient g) {
        int i = place[feature];
        g.along = 0;
        if (i < 0) {
            return 0;
        }
        g.zero = false;
        g.along = along[i];
        int dOut = weights.dOut();
        Vectors.addScaled(1f, decoder, i * dOut, g.decoder, g.decoderAt, dOut);
        if (!trainsEncoder) {
            return 0;
        }
        int dIn = weights.dIn();
        Vectors.addScaled(1f, encoder, i * dIn, g.encoder, g.encoderAt, dIn);
        return bias[i];
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[length + length / 4];
    }

    private static float[] zeros(Workers workers, float[] array, int n, int width) {
        float[] enough = atLeast(array, n * width);
        forBlocks(workers, n, (first, end) -> Arrays.fill(enough, first * width, end * width, 0f));
        return enough;
    }
}
