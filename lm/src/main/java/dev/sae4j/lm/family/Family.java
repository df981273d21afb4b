package dev.sae4j.lm.family;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One family of decoders: turns its configuration into a [DecoderSpec] and names its tensors.
/// Implementations hold no state.
public interface Family {
    /// Values of `model_type` that belong to this family.
    List<String> modelTypes();

    /// Reads a configuration, in the spelling of published checkpoints or of transformers 5.
    ///
    /// @param config the object in `config.json`
    /// @param file the file, for messages
    /// @throws dev.sae4j.io.Sae4jException if a value is missing, absurd or not supported
    DecoderSpec spec(JsonNode config, Path file);

    /// What the tensors are called.
    WeightNames names();

    /// What a user should know about how these models are run, a sentence each.
    default List<String> notes() {
        return List.of();
    }
}
