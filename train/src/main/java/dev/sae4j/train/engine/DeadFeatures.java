package dev.sae4j.train.engine;

import java.util.Arrays;

/// How long each feature has not fired, in rows.
public final class DeadFeatures {
    private final long[] rowsSinceFired; // [F]
    private final long deadAfter;

    DeadFeatures(int features, long deadAfter) {
        this.rowsSinceFired = new long[features];
        this.deadAfter = deadAfter;
    }

    /// Features that have not fired for `deadAfter` rows or more.
    public int count() {
        int n = 0;
        for (long rows : rowsSinceFired) {
            if (rows >= deadAfter) {
                n++;
            }
        }
        return n;
    }

    /// The dead features, ascending.
    int[] list() {
        int[] dead = new int[rowsSinceFired.length];
        int n = 0;
        for (int j = 0; j < dead.length; j++) {
            if (rowsSinceFired[j] >= deadAfter) {
                dead[n++] = j;
            }
        }
        return Arrays.copyOf(dead, n);
    }

    /// Marks a feature as never having fired: for measuring what dead features cost.
    public void kill(int feature) {
        rowsSinceFired[feature] = deadAfter;
    }

    void after(int batch, ActiveEntries entries) {
        for (int j = 0; j < rowsSinceFired.length; j++) {
            rowsSinceFired[j] = entries.count(j) > 0 ? 0 : rowsSinceFired[j] + batch;
        }
    }
}
