package dev.sae4j.features;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;

/// The end of a language model, for the logit lens.
///
/// @param matrix unembedding `[V, D]`
/// @param normWeight `[D]`, weight of the final norm
public record Unembedding(PackedMatrix matrix, float[] normWeight) {
    /// The end of a model.
    public static Unembedding of(Workers workers, LanguageModel model) {
        return new Unembedding(model.unembedding(workers), model.finalNormWeight());
    }
}
