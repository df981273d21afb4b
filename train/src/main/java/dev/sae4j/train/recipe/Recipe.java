package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that decides how an SAE is trained. Two runs with equal recipes on equal activations
/// give equal weights.
///
/// @param name what people call it
/// @param about where it comes from, in a sentence
/// @param features `d_sae`; null if `expansion` says
/// @param expansion features per dimension of the input; null if `features` says
/// @param activation what turns pre-activations into features
/// @param inputBias what is subtracted from the input
/// @param rankByDecoderNorm true to select features by `z·‖W_dec‖` (SAELens'
///     `rescale_acts_by_decoder_norm`); reconstruction does not change by it
/// @param skip true for a transcoder with a linear skip connection
/// @param start where the weights begin
/// @param input what is done to activations first
/// @param loss what is made small
/// @param dead when a feature counts as dead
/// @param optimizer what turns gradients into new weights
/// @param clip largest total norm of the gradients; null for no clipping
/// @param decoderNorm what keeps decoder rows at norm 1
/// @param learningRate over the steps
/// @param tokens training rows in all; null if `epochs` says, and then the rows once if both are null
/// @param epochs passes over the rows
/// @param batch rows per forward pass
/// @param accumulate forward passes per step; above 1 only for sparsify's kind of accumulation, in
///     which the learning rate is laid out over the forward passes but advances once a step
/// @param split equal parts that a batch passes in; the loss is their mean, though each is over the
///     variance of the whole batch (sparsify's `micro_acc_steps`)
/// @param keepLastBatch true to train on the shorter batch at an epoch's end
/// @param bestOnValidation true to keep the weights of the epoch with the smallest validation error
/// @param snapshots when copies of the SAE are written, counted from the start of the run
/// @param seed of everything random
public record Recipe(
        String name,
        String about,
        @Nullable Integer features,
        @Nullable Integer expansion,
        Architecture activation,
        InputBias inputBias,
        boolean rankByDecoderNorm,
        boolean skip,
        Start start,
        InputScale input,
        Loss loss,
        Dead dead,
        Optimizer optimizer,
        @Nullable Double clip,
        DecoderNorm decoderNorm,
        LearningRate learningRate,
        @Nullable Long tokens,
        @Nullable Integer epochs,
        int batch,
        int accumulate,
        int split,
        boolean keepLastBatch,
        boolean bestOnValidation,
        List<Span> snapshots,
        long seed) {

    /// What is subtracted from the input before the encoder.
    public enum InputBias {
        NONE,
        /// `b_dec`.
        DECODER,
        /// A vector of its own, `b_pre`, that is added to the output beside `b_dec`.
        OWN
    }

    public Recipe {
        snapshots = List.copyOf(snapshots);
        if ((features == null) == (expansion == null)) {
            throw new UsageException("a recipe needs either 'features' or 'expansion'");
        }
        if (features != null && features < 1) {
            throw new UsageException("features is %d: expected at least 1".formatted(features));
        }
        if (expansion != null && expansion < 1) {
            throw new UsageException("expansion is %d: expected at least 1".formatted(expansion));
        }
        if (batch < 1) {
            throw new UsageException("batch is %d: expected at least 1".formatted(batch));
        }
        if (accumulate < 1) {
            throw new UsageException("accumulate is %d: expected at least 1".formatted(accumulate));
        }
        if (split < 1 || batch % split != 0) {
            throw new UsageException(
                    "split is %d: expected 1, or a divisor of the batch, %d"
                            .formatted(split, batch));
        }
        if (clip != null && !(clip > 0)) {
            throw new UsageException("clip is %s: expected more than 0".formatted(clip));
        }
        if (loss.ghostGrads() && !(activation instanceof Architecture.Relu)) {
            throw new UsageException(
                    "loss.ghost_grads puts exp(z) in the place of a dead feature's ReLU, and activation.type is '%s': it goes with 'relu' only"
                            .formatted(activation.type()));
        }
        if (loss.multiTopK() && !(activation instanceof Architecture.TopK)) {
            throw new UsageException(
                    "loss.multi_top_k adds a reconstruction from 4k features, and activation.type is '%s': it goes with 'topk' only"
                            .formatted(activation.type()));
        }
        if (loss.ghostGrads() && loss.aux() != null) {
            throw new UsageException(
                    "loss.ghost_grads and loss.aux both let dead features reconstruct the residual: choose one of them");
        }
        if (tokens != null && epochs != null) {
            throw new UsageException("a recipe has either 'tokens' or 'epochs', not both");
        }
    }

    /// Rows of one optimizer step: those of all its forward passes.
    public long rowsPerStep() {
        return (long) batch * accumulate;
    }

    /// Rows at the start of the stream that the input scale is estimated from and training does not
    /// see.
    public long rowsBeforeTraining() {
        Integer batches = input.batches();
        return input.consumed() && batches != null ? (long) batches * batch : 0;
    }

    /// The number of features for activations of width `dIn`.
    public int features(int dIn) {
        if (features != null) {
            return features;
        }
        int times = java.util.Objects.requireNonNull(expansion);
        if ((long) times * dIn > Integer.MAX_VALUE) {
            throw new UsageException(
                    "expansion is %d: of width %d that is more than %d features"
                            .formatted(times, dIn, Integer.MAX_VALUE));
        }
        return times * dIn;
    }
}
