package dev.sae4j.kernel;

/// The function between the two halves of a feed-forward layer.
public enum MlpActivation {
    /// `x / (1 + exp(-x))`
    SILU,
    /// `x / 2 * (1 + erf(x / sqrt(2)))`
    GELU,
    /// GELU with `tanh(sqrt(2 / pi) * (x + 0.044715 x^3))` in place of the error function.
    GELU_TANH;

    static final FirstWork FIRST = new FirstWork(1 << 21);

    /// Replaces `n` floats by the function's values.
    public void apply(float[] x, int at, int n) {
        apply(x, at, n, FIRST.takes(n) ? 0 : n);
    }

    /// @param vectors of the floats, how many may go by vectors
    void apply(float[] x, int at, int n, int vectors) {
        switch (this) {
            case SILU -> ActivationLoops.silu(x, at, n, vectors);
            case GELU -> ActivationLoops.gelu(x, at, n, vectors);
            case GELU_TANH -> ActivationLoops.geluTanh(x, at, n, vectors);
        }
    }
}
