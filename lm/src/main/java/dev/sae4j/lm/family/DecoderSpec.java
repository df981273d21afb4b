package dev.sae4j.lm.family;

/// What a decoder is made of; everything the code that runs it needs to know.
///
/// @param modelType `model_type` of the config
/// @param vocabulary V, rows of the embedding
/// @param width D, size of the residual stream
/// @param layers number of layers
/// @param context most tokens in a sequence
/// @param norm the norm before attention, before the MLP and at the end
/// @param rope rotation of queries and keys
/// @param attention heads
/// @param mlp the feed-forward part
/// @param tied true if the unembedding is the embedding
public record DecoderSpec(
        String modelType,
        int vocabulary,
        int width,
        int layers,
        int context,
        Norm norm,
        Rope rope,
        Attention attention,
        Mlp mlp,
        boolean tied) {

    /// Kinds of norm.
    public enum NormKind {
        /// `x / sqrt(mean(x^2) + epsilon) * weight`
        RMS
    }

    /// @param kind the formula
    /// @param epsilon added to the mean square
    public record Norm(NormKind kind, double epsilon) {}

    /// @param theta base of the frequencies `theta^(-2i / headDim)`
    /// @param scaling what becomes of them
    public record Rope(double theta, Scaling scaling) {}

    /// Changes of the rotary frequencies for longer contexts.
    public sealed interface Scaling {
        /// Frequencies as they are.
        record None() implements Scaling {}

        /// Llama 3: slow frequencies divided by `factor`, fast ones kept, those between blended.
        ///
        /// @param factor divisor of slow frequencies
        /// @param lowFactor wave lengths above `originalContext / lowFactor` are slow
        /// @param highFactor wave lengths below `originalContext / highFactor` are fast
        /// @param originalContext context before scaling, tokens
        record Llama3(double factor, double lowFactor, double highFactor, int originalContext)
                implements Scaling {}
    }

    /// @param heads query heads
    /// @param kvHeads key and value heads, a divisor of `heads`
    /// @param headDim size of a head
    /// @param bias true if the q, k, v and output projections have biases
    public record Attention(int heads, int kvHeads, int headDim, boolean bias) {
        /// Width of all queries of a token.
        public int queryWidth() {
            return heads * headDim;
        }

        /// Width of all keys, or all values, of a token.
        public int kvWidth() {
            return kvHeads * headDim;
        }
    }

    /// Kinds of feed-forward part.
    public enum MlpKind {
        /// `down(silu(gate(x)) * up(x))`
        SWIGLU
    }

    /// @param kind the formula
    /// @param size inner width
    /// @param bias true if its projections have biases
    public record Mlp(MlpKind kind, int size, boolean bias) {}
}
