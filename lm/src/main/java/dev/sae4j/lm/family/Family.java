package dev.sae4j.lm.family;

import java.util.List;

/// One family of decoders: turns its configuration into a [DecoderSpec] and names its tensors.
/// Implementations hold no state.
interface Family {
    /// Values of `model_type` that belong to this family.
    List<String> modelTypes();

    /// Reads a configuration, in the spelling of published checkpoints or of transformers 5.
    ///
    /// @param reader at the top of a `config.json`, or of what a GGUF file says in its place
    /// @throws dev.sae4j.io.Sae4jException if a value is missing, absurd or not supported
    DecoderSpec spec(ConfigReader reader);

    /// What the tensors are called in Hugging Face folders.
    WeightNames names();

    /// How GGUF files keep these models, one for each architecture; none if they do not.
    default List<GgufForm> gguf() {
        return List.of();
    }

    /// What a user should know about how these models are run, a sentence each.
    default List<String> notes() {
        return List.of();
    }
}
