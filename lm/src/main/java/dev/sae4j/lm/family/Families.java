package dev.sae4j.lm.family;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.gguf.GgufConfig;
import dev.sae4j.lm.gguf.GgufModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    /// @param spec what it says
    /// @param names what the tensors are called
    /// @param notes what a user should know about how the model is run, a sentence each
    public record Match(DecoderSpec spec, WeightNames names, List<String> notes) {}

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
        Family family =
                ofModelType(type.asString())
                        .orElseThrow(() ->
                                Sae4jException.in(
                                        configFile,
                                        "model_type '%s' is not supported; supported are: %s"
                                                .formatted(
                                                        type.asString(),
                                                        String.join(", ", modelTypes()))));
        DecoderSpec spec = family.spec(new ConfigReader(config, configFile));
        return new Match(spec, family.names(), family.notes());
    }

    private static Optional<Family> ofModelType(String type) {
        return ALL.stream().filter(f -> f.modelTypes().contains(type)).findFirst();
    }

    /// Reads the metadata of a GGUF file, translated into the words of a `config.json`.
    ///
    /// @throws Sae4jException if its architecture is not supported; the message lists those that are
    public static Match read(GgufModel model) {
        GgufForm form =
                forms().filter(f -> f.architecture().equals(model.architecture()))
                        .findFirst()
                        .orElseThrow(() ->
                                Sae4jException.in(
                                        model.file(),
                                        "general.architecture '%s' is not supported; supported are: %s"
                                                .formatted(
                                                        model.architecture(),
                                                        String.join(", ", architectures()))));
        GgufConfig config = form.config(model);
        Family family = ofModelType(config.modelType()).orElseThrow();
        var reader = new ConfigReader(config.json(), model.file(), "", config.spelled());
        DecoderSpec spec = family.spec(reader).withPlainNorms();
        return new Match(spec, form.names(), model.notes());
    }

    private static Stream<GgufForm> forms() {
        return ALL.stream().flatMap(f -> f.gguf().stream());
    }

    /// All supported values of `general.architecture` in GGUF files.
    public static List<String> architectures() {
        return forms().map(GgufForm::architecture).sorted().toList();
    }

    /// All supported values of `model_type`.
    public static List<String> modelTypes() {
        return ALL.stream()
                .flatMap(f -> f.modelTypes().stream())
                .sorted()
                .collect(Collectors.toList());
    }
}
