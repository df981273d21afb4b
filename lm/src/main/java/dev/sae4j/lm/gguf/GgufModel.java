package dev.sae4j.lm.gguf;

import dev.sae4j.io.DType;
import dev.sae4j.io.Gguf;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A model in GGUF form, mapped: one file, or all the files of a split one. Metadata is that of the
/// first; tensors are those of all.
public final class GgufModel implements AutoCloseable {
    /// Tensors that hold rotary settings.
    public static final Set<String> ROPE_TENSORS =
            Set.of("rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight");

    private static final int LONGEST_NAME = 64;

    private final GgufName name;
    private final List<Gguf> parts;
    private final Map<String, Gguf> byTensor = new LinkedHashMap<>();
    private final String architecture;

    private GgufModel(GgufName name, List<Gguf> parts) {
        this.name = name;
        this.parts = parts;
        for (Gguf part : parts) {
            for (String tensor : part.tensors().keySet()) {
                if (byTensor.put(tensor, part) != null) {
                    throw Sae4jException.in(
                            part.file(),
                            "has a tensor '%s', which another part has too".formatted(tensor));
                }
            }
        }
        JsonNode word = metadata().path("general.architecture");
        if (!word.isString() || word.asString().length() > LONGEST_NAME) {
            throw bad(
                    "general.architecture",
                    "is missing or no name: expected a language model as convert_hf_to_gguf.py writes it");
        }
        this.architecture = word.asString();
    }

    /// Opens a file, and with one part of a split model the others beside it. Reads headers only.
    ///
    /// @throws Sae4jException if it is damaged, a part is missing or it has no architecture
    public static GgufModel open(Path file) {
        var name = GgufName.of(file);
        List<Gguf> parts = GgufParts.open(name);
        try {
            return new GgufModel(name, parts);
        } catch (RuntimeException e) {
            parts.forEach(Gguf::close);
            throw e;
        }
    }

    /// The file, or the first part; for messages too.
    public Path file() {
        return parts.getFirst().file();
    }

    /// Name of the file without its ending and number.
    public String name() {
        return name.model();
    }

    /// `general.architecture`, such as `llama`.
    public String architecture() {
        return architecture;
    }

    /// All key-values, under their full keys.
    public JsonNode metadata() {
        return parts.getFirst().values();
    }

    /// A value of the architecture: `block_count` for `llama.block_count`; a missing node if there
    /// is none.
    public JsonNode value(String key) {
        return metadata().path(architecture + "." + key);
    }

    /// The files, which close with the model.
    public List<Gguf> files() {
        return List.copyOf(parts);
    }

    /// The files that have the tensors, by tensor.
    public Map<String, Gguf> tensors() {
        return byTensor;
    }

    /// A tensor, if there is one of this name.
    public Optional<Tensor> tensor(String tensor) {
        return Optional.ofNullable(byTensor.get(tensor)).flatMap(part -> part.find(tensor));
    }

    /// What a user should know about the weights, a sentence each.
    public List<String> notes() {
        Map<DType, Long> quantised = new EnumMap<>(DType.class);
        for (Gguf part : parts) {
            for (Tensor tensor : part.tensors().values()) {
                if (tensor.dtype().isQuantised()) {
                    quantised.merge(tensor.dtype(), tensor.elements(), Long::sum);
                }
            }
        }
        String types =
                quantised.entrySet().stream()
                        .sorted(Map.Entry.<DType, Long>comparingByValue().reversed())
                        .map(e -> e.getKey().name())
                        .collect(Collectors.joining(", "));
        return types.isEmpty()
                ? List.of()
                : List.of(
                        "the file holds weights rounded to %s: activations are those of the rounded model"
                                .formatted(types));
    }

    /// An error about a key, given in full.
    public Sae4jException bad(String key, String what) {
        return Sae4jException.in(file(), "%s %s".formatted(key, what));
    }

    @Override
    public void close() {
        parts.forEach(Gguf::close);
    }
}
