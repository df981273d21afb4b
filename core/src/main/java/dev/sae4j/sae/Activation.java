package dev.sae4j.sae;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
            atLeastOne("TopK", k);
        }
    }

    /// Keeps the `k` largest pre-activations of each row as they are, negative ones too: OpenAI's
    /// TopK with the identity after it.
    ///
    /// @param k features kept per token, at least 1
    record SignedTopK(int k) implements Activation {
        public SignedTopK {
            atLeastOne("SignedTopK", k);
        }
    }

    /// Keeps the `k` pre-activations of each row that are largest in magnitude, with their sign.
    ///
    /// @param k features kept per token, at least 1
    record AbsTopK(int k) implements Activation {
        public AbsTopK {
            atLeastOne("AbsTopK", k);
        }
    }

    /// Features that a whole batch shares out: `k` per row on average.
    ///
    /// With a threshold learned in training, `f = z` where `z > threshold` and `z > 0`: what a row
    /// gets does not depend on its neighbours. Without one, the `k·B` largest positive
    /// pre-activations of all `B` rows of a call are kept, with all that tie with the last of them:
    /// give the whole batch to one call.
    ///
    /// @param k features per row on average; may be fractional
    /// @param threshold the learned threshold; null for the exact rule
    record BatchTopK(double k, @Nullable Float threshold) implements Activation {
        public BatchTopK {
            if (!(k > 0)) {
                throw new IllegalArgumentException("BatchTopK needs k > 0, got " + k);
            }
        }

        /// The rule of training, over the whole batch.
        public BatchTopK exact() {
            return new BatchTopK(k, null);
        }
    }

    /// `f = z` where `z > threshold` (strictly) and `z > 0`, else 0.
    ///
    /// @param threshold `[F]`, in the units of z
    record JumpRelu(float[] threshold) implements Activation {
        /// One threshold for all features.
        public static JumpRelu of(float threshold, int features) {
            float[] all = new float[features];
            java.util.Arrays.fill(all, threshold);
            return new JumpRelu(all);
        }
    }

    /// One path decides whether a feature is on, the other how much:
    /// `f = [u + gateBias > 0] · max(u · exp(magnitudeScale) + magnitudeBias, 0)`, where `u = W_enc·x`
    /// has no bias of its own.
    ///
    /// @param gateBias `b_gate: [F]`
    /// @param magnitudeScale `r_mag: [F]`
    /// @param magnitudeBias `b_mag: [F]`
    record Gated(float[] gateBias, float[] magnitudeScale, float[] magnitudeBias)
            implements Activation {}

    /// Features lie in `k` groups of neighbours of equal size; the largest positive pre-activation
    /// of each group is kept.
    ///
    /// @param k number of groups, a divisor of the number of features
    record GroupMax(int k) implements Activation {
        public GroupMax {
            atLeastOne("GroupMax", k);
        }
    }

    /// Takes features greedily off what is left of the input: the one with the largest product with
    /// the residual, by that much; again and again.
    ///
    /// @param residualThreshold a row is done when its residual is shorter than this; 0 for never
    /// @param maxIterations features taken at most, with repetitions; null for `d_in`
    /// @param stopOnRepetition a row is done when a step adds no feature to it
    record MatchingPursuit(
            float residualThreshold, @Nullable Integer maxIterations, boolean stopOnRepetition)
            implements Activation {}

    /// Features of what attention over the earlier rows of the sequence did not predict. The rows of
    /// a call are one sequence, in order.
    ///
    /// @param k of the novel features per token; null for plain ReLU
    /// @param layers attention layers, applied one after the other to what is left
    record Temporal(@Nullable Integer k, List<TemporalLayer> layers) implements Activation {
        public Temporal {
            layers = List.copyOf(layers);
        }
    }

    private static void atLeastOne(String name, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("%s needs k >= 1, got %d".formatted(name, k));
        }
    }
}
