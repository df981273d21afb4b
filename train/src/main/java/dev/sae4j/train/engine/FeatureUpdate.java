package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.Recipe;

/// The feature-wise half of a step: sums the gradients of each feature's rows, and applies Adam to
/// them while they are in cache. All moments are kept and decayed, also those of features that did
/// not fire: this is Adam, not a sparse approximation of it.
final class FeatureUpdate {
    private static final int BLOCK = 16; // features that one piece of work owns

    private final Parameters weights;
    private final boolean unitNorm;
    private final Parameters first; // Adam's m
    private final Parameters second; // Adam's v
    private final float[] biasPart; // [blocks, D], sums of dL/db_enc[j] · W_enc[j]

    FeatureUpdate(Recipe recipe, Parameters weights) {
        this.weights = weights;
        this.unitNorm = recipe.decoder().unitNorm();
        this.first = Parameters.zeros(weights.dIn(), weights.dSae());
        this.second = Parameters.zeros(weights.dIn(), weights.dSae());
        this.biasPart = new float[Math.ceilDiv(weights.dSae(), BLOCK) * weights.dIn()];
    }

    void run(
            Workers workers,
            AdamStep adam,
            float[] x,
            ActiveEntries entries,
            float[] errors,
            AuxPass aux) {
        int f = weights.dSae();
        workers.forEach(
                Math.ceilDiv(f, BLOCK),
                b -> {
                    var gradients = new Gradients(weights.dIn());
                    int part = b * weights.dIn();
                    java.util.Arrays.fill(biasPart, part, part + weights.dIn(), 0f);
                    for (int j = b * BLOCK; j < Math.min(f, (b + 1) * BLOCK); j++) {
                        feature(j, part, gradients, adam, x, entries, errors, aux);
                    }
                });
        decoderBias(workers, adam, errors);
    }

    private void feature(
            int j,
            int part,
            Gradients g,
            AdamStep adam,
            float[] x,
            ActiveEntries entries,
            float[] errors,
            AuxPass aux) {
        int d = weights.dIn();
        int at = j * d;
        g.clear();
        g.add(entries, j, x, errors);
        ActiveEntries dead = aux.entries();
        if (dead != null) {
            g.add(dead, j, x, aux.errors());
        }
        // the input was centred: sum of dL/df · (x - b_dec)
        Vectors.addScaled(-g.bias, weights.decoderBias(), 0, g.encoder, 0, d);
        Vectors.addScaled(g.bias, weights.encoder(), at, biasPart, part, d);
        if (unitNorm) {
            float along = Vectors.dot(g.decoder, 0, weights.decoder(), at, d);
            Vectors.addScaled(-along, weights.decoder(), at, g.decoder, 0, d);
        }
        adam.update(weights.encoder(), first.encoder(), second.encoder(), at, g.encoder, 0, d);
        adam.update(weights.decoder(), first.decoder(), second.decoder(), at, g.decoder, 0, d);
        adam.updateOne(weights.encoderBias(), first.encoderBias(), second.encoderBias(), j, g.bias);
        if (unitNorm) {
            float norm = (float) Math.sqrt(Vectors.squaredNorm(weights.decoder(), at, d));
            Vectors.scale(1 / Math.max(norm, 1e-12f), weights.decoder(), at, d);
        }
    }

    /// `dL/db_dec`: errors summed over rows, less what the centring of the input takes back. The
    /// auxiliary reconstruction has no bias; its part through the centring is in `biasPart`.
    private void decoderBias(Workers workers, AdamStep adam, float[] errors) {
        int d = weights.dIn();
        int rows = errors.length / d;
        int block = 256;
        float[] partial = new float[Math.ceilDiv(rows, block) * d];
        workers.forEach(
                Math.ceilDiv(rows, block),
                b -> {
                    for (int r = b * block; r < Math.min(rows, (b + 1) * block); r++) {
                        Vectors.addScaled(1f, errors, r * d, partial, b * d, d);
                    }
                });
        double[] sum = new double[d];
        addRows(partial, 1, sum);
        addRows(biasPart, -1, sum);
        float[] gradient = new float[d];
        for (int c = 0; c < d; c++) {
            gradient[c] = (float) sum[c];
        }
        adam.update(
                weights.decoderBias(),
                first.decoderBias(),
                second.decoderBias(),
                0,
                gradient,
                0,
                d);
    }

    private static void addRows(float[] rows, double sign, double[] sum) {
        for (int at = 0; at < rows.length; at += sum.length) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += sign * rows[at + c];
            }
        }
    }

    /// The gradients of one feature.
    private static final class Gradients {
        final float[] encoder; // [D], sum of dL/df · x, later less the centring
        final float[] decoder; // [D], sum of f · e
        float bias;
        private final float[] scale = new float[8];

        Gradients(int d) {
            encoder = new float[d];
            decoder = new float[d];
        }

        void clear() {
            java.util.Arrays.fill(encoder, 0f);
            java.util.Arrays.fill(decoder, 0f);
            bias = 0;
        }

        /// Adds the rows in which feature `j` is active, four at a time, in ascending order.
        void add(ActiveEntries entries, int j, float[] x, float[] errors) {
            int d = encoder.length;
            int i = entries.start[j];
            int end = entries.start[j + 1];
            for (; i + 4 <= end; i += 4) {
                int r0 = take(entries, i, 0) * d;
                int r1 = take(entries, i + 1, 1) * d;
                int r2 = take(entries, i + 2, 2) * d;
                int r3 = take(entries, i + 3, 3) * d;
                Vectors.addScaled4(scale, 0, errors, r0, r1, r2, r3, decoder, 0, d);
                Vectors.addScaled4(scale, 4, x, r0, r1, r2, r3, encoder, 0, d);
            }
            for (; i < end; i++) {
                int row = take(entries, i, 0) * d;
                Vectors.addScaled(scale[0], errors, row, decoder, 0, d);
                Vectors.addScaled(scale[4], x, row, encoder, 0, d);
            }
        }

        /// Reads entry `i` into place `n` and returns its row.
        private int take(ActiveEntries entries, int i, int n) {
            int slot = entries.slot[i];
            float gradient = entries.gradient[slot];
            scale[n] = entries.value[slot];
            scale[4 + n] = gradient;
            bias += gradient;
            return slot / entries.k;
        }
    }
}
