package dev.sae4j.lm.family;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// The families that can be run. To add one, write a [Family] and list it here.
public final class Families {
    private static final List<Family> ALL =
            List.of(
                    new LlamaFamily(),
                    new MistralFamily(),
                    new QwenFamily(),
                    new GptNeoXFamily(),
                    new Gpt2Family(),
                    new Gemma2Family(),
                    new Gemma3Family(),
                    new Gemma3WrapperFamily(),
                    new Olmo2Family(),
                    new Phi3Family());

    private Families() {}

    /// A configuration that was understood.
    ///
    /// @param family the family that understood it
    /// @param spec what it says
    public record Match(Family family, DecoderSpec spec) {}

    /// Reads a `config.json`.
    ///
    /// @throws Sae4jException if its `model_type` is not supported; the message lists those that are
    public static Match read(Path configFile) {
        JsonNode config = Json.readObject(configFile);
        JsonNode type = config.path("model_type");
        if (!type.isString()) {
            throw Sae4jException.in(
                    configFile,
                    "has no model_type: expected the config.json of a Hugging Face model folder");
        }
        for (Family family : ALL) {
            if (family.modelTypes().contains(type.asString())) {
                return new Match(family, family.spec(config, configFile));
            }
        }
        throw Sae4jException.in(
                configFile,
                "model_type '%s' is not supported; supported are: %s"
                        .formatted(type.asString(), String.join(", ", modelTypes())));
    }

    /// All supported values of `model_type`.
    public static List<String> modelTypes() {
        return ALL.stream()
                .flatMap(f -> f.modelTypes().stream())
                .sorted()
                .collect(Collectors.toList());
    }
}
