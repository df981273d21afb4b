package dev.sae4j.cli;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import java.util.Locale;
import java.util.SplittableRandom;

/// How far two SAEs compute from each other on the same random rows.
///
/// @param rows rows compared
/// @param active entries that are active in either
/// @param differing of these, active in one only
/// @param features largest difference of a feature, relative to the largest activation
/// @param reconstruction largest difference of a reconstruction, relative to its largest number
record SameFeatures(int rows, int active, int differing, double features, double reconstruction) {
    private static final int ROWS = 32;

    /// Rows are drawn around `b_dec`, where activations of trained SAEs lie.
    static SameFeatures compare(Workers workers, Sae a, Sae b, long seed) {
        int d = a.config().dIn();
        float[] x = rows(a, seed);
        Rows rows = Rows.of(x, ROWS, d);
        SparseCodes left = a.encode(workers, rows);
        SparseCodes right = b.encode(workers, rows);
        float[] f = left.toDense(a.config().dSae());
        float[] g = right.toDense(b.config().dSae());
        float[] y = new float[ROWS * a.config().dOut()];
        float[] z = new float[y.length];
        a.decode(workers, rows, left, y);
        b.decode(workers, rows, right, z);
        int active = 0;
        int differing = 0;
        for (int i = 0; i < f.length; i++) {
            active += f[i] != 0 || g[i] != 0 ? 1 : 0;
            differing += (f[i] != 0) == (g[i] != 0) ? 0 : 1;
        }
        return new SameFeatures(ROWS, active, differing, relative(f, g), relative(y, z));
    }

    private static float[] rows(Sae sae, long seed) {
        int d = sae.config().dIn();
        float[] centre = sae.config().dOut() == d ? sae.weights().decoderBias() : new float[d];
        float[] row = new float[d];
        double scale = 0;
        int sampled = Math.min(64, sae.config().dSae());
        for (int j = 0; j < sampled; j++) {
            sae.weights().encoder().read(j, row, 0);
            for (float w : row) {
                scale += (double) w * w / sampled;
            }
        }
        double size = scale > 0 ? 4 / Math.sqrt(scale) : 1; // pre-activations of a few units
        var random = new SplittableRandom(seed);
        float[] x = new float[ROWS * d];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (centre[i % d] + size * random.nextGaussian());
        }
        return x;
    }

    private static double relative(float[] a, float[] b) {
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        return largest == 0 ? worst : worst / largest;
    }

    /// True if no more entries differ than may lie within rounding of their threshold.
    boolean isSame() {
        return differing <= 1 + active / 100;
    }

    String text() {
        if (features == 0 && reconstruction == 0) {
            return "computes the same, bit for bit, on %d random rows".formatted(rows);
        }
        return String.format(
                Locale.ROOT,
                "on %d random rows: features within %.1e, reconstructions within %.1e of the largest; %d of %d active entries differ",
                rows,
                features,
                reconstruction,
                differing,
                active);
    }
}
