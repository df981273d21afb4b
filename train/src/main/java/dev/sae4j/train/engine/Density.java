package dev.sae4j.train.engine;

/// When steps that select by threshold take the dense path.
public enum Density {
    /// When it is faster: while more than a sixth of all pairs is active.
    MEASURED(1.0 / 6),
    ALWAYS_DENSE(0),
    ALWAYS_SPARSE(1);

    private final double most;

    Density(double most) {
        this.most = most;
    }

    /// Share of all (row, feature) pairs up to which the sparse path is taken.
    double most() {
        return most;
    }
}
