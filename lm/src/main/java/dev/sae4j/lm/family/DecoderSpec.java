package dev.sae4j.lm.family;

import dev.sae4j.kernel.MlpActivation;
import java.util.List;

/// What a decoder is made of; everything the code that runs it needs to know.
///
/// @param modelType `model_type` of the config
/// @param vocabulary V, rows of the embedding
/// @param width D, size of the residual stream
/// @param context most tokens in a sequence
/// @param embedding how tokens enter the stream
/// @param block how attention and MLP stand around the stream
/// @param attention heads
/// @param kinds one for each layer: what differs between layers
/// @param mlp the feed-forward part
/// @param head the way out of the stream
public record DecoderSpec(
        String modelType,
        int vocabulary,
        int width,
        int context,
        Embedding embedding,
        Block block,
        Attention attention,
        List<LayerKind> kinds,
        Mlp mlp,
        Head head) {

    public DecoderSpec {
        kinds = List.copyOf(kinds);
    }

    /// Number of layers.
    public int layers() {
        return kinds.size();
    }

    /// The norm of all places.
    public Norm norm() {
        return block.norm();
    }

    /// The same for files whose norms hold what a normed value is multiplied by, with the 1 added.
    DecoderSpec withPlainNorms() {
        if (norm().kind() != NormKind.RMS_PLUS_ONE) {
            return this;
        }
        var plain = new Norm(NormKind.RMS, norm().epsilon());
        return new DecoderSpec(
                modelType,
                vocabulary,
                width,
                context,
                embedding,
                new Block(plain, block.place(), block.parallel()),
                attention,
                kinds,
                mlp,
                head);
    }

    /// @param scale factor of the token's embedding
    /// @param learnedPositions true if an embedding of the position is added, `[context, D]`
    public record Embedding(double scale, boolean learnedPositions) {
        /// The token's embedding as it is.
        public static final Embedding PLAIN = new Embedding(1, false);
    }

    /// Kinds of norm.
    public enum NormKind {
        /// `x / sqrt(mean(x^2) + epsilon) * weight`
        RMS,
        /// `x / sqrt(mean(x^2) + epsilon) * (1 + weight)`
        RMS_PLUS_ONE,
        /// `(x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias`
        LAYER
    }

    /// @param kind the formula
    /// @param epsilon added to the mean square
    public record Norm(NormKind kind, double epsilon) {}

    /// Where the norms of a layer stand.
    public enum NormPlace {
        /// Attention and MLP read the stream through a norm.
        BEFORE,
        /// What they give goes through a norm before it is added to the stream.
        AFTER,
        /// Both.
        AROUND;

        /// True if the parts read the stream through a norm.
        public boolean isBefore() {
            return this != AFTER;
        }

        /// True if what the parts give is normed before it is added.
        public boolean isAfter() {
            return this != BEFORE;
        }
    }

    /// @param norm the norm of all places, the one before the head among them
    /// @param place where a layer has norms
    /// @param parallel true if the MLP reads what attention reads, and not what attention has left
    public record Block(Norm norm, NormPlace place, boolean parallel) {}

    /// What differs between layers.
    ///
    /// @param rope rotation of queries and keys
    /// @param window keys that a query sees, its own included; 0 for all up to its own
    public record LayerKind(Rope rope, int window) {}

    /// @param size floats at the start of a head that are turned, even; 0 for none
    /// @param theta base of the frequencies `theta^(-2i / size)`
    /// @param scaling what becomes of them
    public record Rope(int size, double theta, Scaling scaling) {
        /// No rotation.
        public static final Rope NONE = new Rope(0, 1, new Scaling.None());
    }

    /// Changes of the rotary frequencies for longer contexts.
    public sealed interface Scaling {
        /// Frequencies as they are.
        record None() implements Scaling {}

        /// All frequencies divided by `factor`.
        record Linear(double factor) implements Scaling {}

        /// Llama 3: slow frequencies divided by `factor`, fast ones kept, those between blended.
        ///
        /// @param factor divisor of slow frequencies
        /// @param lowFactor wave lengths above `originalContext / lowFactor` are slow
        /// @param highFactor wave lengths below `originalContext / highFactor` are fast
        /// @param originalContext context before scaling, tokens
        record Llama3(double factor, double lowFactor, double highFactor, int originalContext)
                implements Scaling {}

        /// LongRoPE: a divisor for each frequency, and longer or shorter queries and keys.
        ///
        /// @param divisors `[size / 2]`
        /// @param amplitude factor of what is turned
        record PerFrequency(List<Double> divisors, double amplitude) implements Scaling {
            public PerFrequency {
                divisors = List.copyOf(divisors);
            }
        }
    }

    /// Which projections of attention have biases.
    public enum AttentionBias {
        NONE,
        /// Queries, keys and values.
        QKV,
        /// Those and the output.
        ALL
    }

    /// Norms of queries and keys before they are turned, of the kind that the layer has.
    public enum QkNorm {
        NONE,
        /// Each head by itself, all with the same weights `[headDim]`.
        PER_HEAD,
        /// All queries of a token as one vector `[queryWidth]`, and all keys `[kvWidth]`.
        WHOLE
    }

    /// @param heads query heads
    /// @param kvHeads key and value heads, a divisor of `heads`
    /// @param headDim size of a head
    /// @param bias which projections have biases
    /// @param qkNorm norms of queries and keys
    /// @param scale factor of the scores, usually `1 / sqrt(headDim)`
    /// @param softCap limit c of the scores, `c * tanh(score / c)`; 0 for none
    public record Attention(
            int heads,
            int kvHeads,
            int headDim,
            AttentionBias bias,
            QkNorm qkNorm,
            double scale,
            double softCap) {
        /// Width of all queries of a token, and of what the heads make of it.
        public int queryWidth() {
            return heads * headDim;
        }

        /// Width of all keys, or all values, of a token.
        public int kvWidth() {
            return kvHeads * headDim;
        }
    }

    /// @param gated true for `down(activation(gate(x)) * up(x))`, else `down(activation(up(x)))`
    /// @param activation the function in it
    /// @param size inner width
    /// @param bias true if its projections have biases
    public record Mlp(boolean gated, MlpActivation activation, int size, boolean bias) {
        /// Matrices of `size` times the model's width.
        public int matrices() {
            return gated ? 3 : 2;
        }
    }

    /// @param tied true if the unembedding is the embedding
    /// @param softCap limit c of the logits, `c * tanh(logit / c)`; 0 for none
    public record Head(boolean tied, double softCap) {}
}
