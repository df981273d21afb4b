package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Span;
import java.util.Arrays;

/// How long each feature has not fired, in tokens or in steps, as the recipe counts.
public final class DeadFeatures {
    private final long[] silent; // [F]
    private final boolean[] fired; // [F], in this step
    private final int[] active; // [F], rows in this step
    private final boolean[] dead; // [F], as of the last look
    private final long after;
    private final boolean inSteps;
    private final boolean before;

    /// @param steps of the run
    /// @param batch tokens per step
    DeadFeatures(int features, Dead recipe, long steps, long batch) {
        silent = new long[features];
        fired = new boolean[features];
        active = new int[features];
        dead = new boolean[features];
        inSteps = recipe.after().unit() == Span.Unit.STEPS;
        after = inSteps ? recipe.after().steps(steps, batch) : recipe.after().tokens(steps, batch);
        before = recipe.when() == Dead.When.BEFORE_STEP;
    }

    /// Features that counted as dead in the last step.
    public int count() {
        int n = 0;
        for (boolean d : dead) {
            n += d ? 1 : 0;
        }
        return n;
    }

    /// The counts, `[F]`: steps or tokens without firing. Not a copy.
    public long[] silent() {
        return silent;
    }

    /// True if [#silent] counts steps, false if tokens.
    public boolean countsSteps() {
        return inSteps;
    }

    /// Marks a feature as never having fired: for measuring what dead features cost.
    public void kill(int feature) {
        silent[feature] = Long.MAX_VALUE / 4;
    }

    boolean[] mask() {
        return dead;
    }

    /// Features that fired in the last batch, `[F]`.
    public boolean[] fired() {
        return fired;
    }

    /// Rows of the last batch in which each feature's activation is not 0, `[F]`.
    public int[] activeRows() {
        return active;
    }

    /// Looks at the counts before a step.
    void begin() {
        Arrays.fill(fired, false);
        Arrays.fill(active, 0);
        if (before) {
            for (int j = 0; j < dead.length; j++) {
                dead[j] = silent[j] > after;
            }
        }
    }

    /// Knows now which features fired; for recipes that count this step in.
    void forward(int rows) {
        if (!before) {
            for (int j = 0; j < dead.length; j++) {
                dead[j] = !fired[j] && isDue(j, rows);
            }
        }
    }

    /// Counts a finished step.
    void end(int rows) {
        long more = inSteps ? 1 : rows;
        for (int j = 0; j < silent.length; j++) {
            silent[j] = fired[j] ? 0 : silent[j] + more;
        }
    }

    /// Features that may be dead in this step, ascending, after [#begin].
    int[] candidates(int rows) {
        int[] list = new int[dead.length];
        int n = 0;
        for (int j = 0; j < dead.length; j++) {
            if (before ? dead[j] : isDue(j, rows)) {
                list[n++] = j;
            }
        }
        return Arrays.copyOf(list, n);
    }

    private boolean isDue(int j, int rows) {
        return silent[j] + (inSteps ? 1 : rows) >= after;
    }

    /// The dead features in `[from, to)`, ascending.
    int[] list(int from, int to) {
        int[] list = new int[to - from];
        int n = 0;
        for (int j = from; j < to; j++) {
            if (dead[j]) {
                list[n++] = j;
            }
        }
        return Arrays.copyOf(list, n);
    }
}
