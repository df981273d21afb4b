package dev.sae4j.sae;

/// What turns pre-activations `z: [B, F]` into feature activations `f: [B, F]`, mostly zeros.
public sealed interface Activation {
    /// `f = max(z, 0)`.
    record Relu() implements Activation {}

    /// Keeps the `k` largest pre-activations of each row, then applies ReLU.
    ///
    /// Ties at the k-th value go to the smaller feature index, as in a stable sort.
    ///
    /// @param k features kept per token, at least 1
    record TopK(int k) implements Activation {
        public TopK {
            if (k < 1) {
                throw new IllegalArgumentException("TopK needs k >= 1, got " + k);
            }
        }
    }

    /// `f = z` where `z > threshold` (strictly) and `z > 0`, else 0.
    ///
    /// @param threshold `[F]`, in the units of z
    record JumpRelu(float[] threshold) implements Activation {}
}
