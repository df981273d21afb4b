package dev.sae4j.inspect;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A language model's folder as Hugging Face lays it out.
///
/// @param path what was looked at
/// @param modelType `model_type` of config.json, the family
/// @param config the sizes that config.json gives
/// @param dtype element types of the weights, the commonest first
/// @param parameters numbers in all weight files
/// @param bytes size of the weights
/// @param files weight files
/// @param problems what seems wrong
public record ModelInspection(
        String path,
        String modelType,
        Map<String, Object> config,
        List<String> dtype,
        long parameters,
        long bytes,
        List<String> files,
        List<String> problems)
        implements Inspection {
    static final String FILE = "config.json";

    private static final List<String> SIZES =
            List.of(
                    "num_hidden_layers",
                    "hidden_size",
                    "intermediate_size",
                    "num_attention_heads",
                    "num_key_value_heads",
                    "head_dim",
                    "vocab_size",
                    "max_position_embeddings",
                    "tie_word_embeddings",
                    "rope_theta",
                    "rms_norm_eps");

    /// True if the folder says that it holds a language model.
    static boolean isModel(Path folder) {
        Path file = folder.resolve(FILE);
        return Files.isRegularFile(file) && Json.readObject(file).has("model_type");
    }

    static ModelInspection of(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode json = Json.readObject(file);
        String type = json.path("model_type").asString("");
        if (type.isEmpty()) {
            throw Sae4jException.in(
                    file, "has no 'model_type': neither a language model nor an SAE that is known");
        }
        List<String> problems = new ArrayList<>();
        Set<String> files = weightFiles(folder, problems);
        Map<String, Long> dtypes = new LinkedHashMap<>();
        long parameters = 0;
        long bytes = 0;
        for (String name : files) {
            try (Safetensors weights = Safetensors.open(folder.resolve(name))) {
                for (var tensor : weights.tensors().values()) {
                    parameters += tensor.elements();
                    bytes += tensor.data().byteSize();
                    dtypes.merge(tensor.dtype().name(), tensor.elements(), Long::sum);
                }
            } catch (Sae4jException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!Files.isRegularFile(folder.resolve("tokenizer.json"))) {
            problems.add("tokenizer.json is missing: text cannot be turned into tokens");
        }
        return new ModelInspection(
                folder.toString(),
                type,
                sizes(json),
                dtypes.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .map(Map.Entry::getKey)
                        .toList(),
                parameters,
                bytes,
                List.copyOf(files),
                problems);
    }

    private static Map<String, Object> sizes(JsonNode json) {
        Map<String, Object> sizes = new LinkedHashMap<>();
        for (String key : SIZES) {
            JsonNode value = json.path(key);
            if (value.isIntegralNumber()) {
                sizes.put(key, value.asLong());
            } else if (value.isNumber()) {
                sizes.put(key, value.asDouble());
            } else if (value.isBoolean()) {
                sizes.put(key, value.asBoolean());
            }
        }
        return sizes;
    }

    private static Set<String> weightFiles(Path folder, List<String> problems) {
        Path index = folder.resolve("model.safetensors.index.json");
        Set<String> files = new LinkedHashSet<>();
        if (Files.isRegularFile(index)) {
            for (var entry : Json.readObject(index).path("weight_map").properties()) {
                String name = entry.getValue().asString("");
                if (!name.contains("/") && !name.contains("\\")) {
                    files.add(name);
                }
            }
        } else {
            try (var all = Files.list(folder)) {
                all.map(p -> p.getFileName().toString())
                        .filter(name -> name.endsWith(".safetensors"))
                        .sorted()
                        .forEach(files::add);
            } catch (IOException e) {
                problems.add("the folder cannot be listed: " + e.getMessage());
            }
        }
        if (files.isEmpty()) {
            problems.add("no .safetensors file holds its weights");
        }
        return files;
    }
}
