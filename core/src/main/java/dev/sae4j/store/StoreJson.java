package dev.sae4j.store;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads and writes `store.json`: the records of [StoreInfo] with snake_case names, every one of
/// them required, nothing else allowed.
final class StoreJson {
    static final String NAME = "store.json";

    private static final String EXPECTED =
            "expected an activation store, a folder that 'sae4j harvest' makes; 'train' and 'sweep' also take a FILE.safetensors with a tensor [N, D]";

    private static final JsonMapper MAPPER =
            Json.STRICT
                    .rebuild()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                    .build();

    private StoreJson() {}

    static StoreInfo read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw Sae4jException.in(folder, "%s: %s".formatted(whatIsThere(folder), EXPECTED));
        }
        JsonNode node = Json.readObject(file);
        int version = node.path("format_version").asInt(0);
        if (version < 1 || version > StoreInfo.VERSION) {
            throw Sae4jException.in(
                    file,
                    "has format_version %s: this program reads versions 1 to %d"
                            .formatted(node.path("format_version"), StoreInfo.VERSION));
        }
        try {
            return version == StoreInfo.VERSION
                    ? MAPPER.readValue(file, StoreInfo.class)
                    : MAPPER.treeToValue(upgraded(node), StoreInfo.class);
        } catch (JacksonException e) {
            String problem =
                    e.getCause() instanceof IllegalArgumentException bad
                            ? String.valueOf(bad.getMessage())
                            : e.getOriginalMessage();
            throw Sae4jException.in(file, "is not a store's description: " + problem, e);
        }
    }

    private static String whatIsThere(Path folder) {
        if (Files.isDirectory(folder)) {
            return "has no " + NAME;
        }
        return Files.exists(folder) ? "is no folder" : "does not exist";
    }

    /// What version 1 did not say was always the same.
    private static JsonNode upgraded(JsonNode node) {
        if (node instanceof ObjectNode info
                && info.path("origin") instanceof ObjectNode origin
                && info.path("counts") instanceof ObjectNode counts) {
            origin.put("contexts", StoreOrigin.SPLIT);
            counts.put("empty_documents", 0).put("tokens_dropped", 0).put("rows_special", 0);
            info.put("format_version", StoreInfo.VERSION);
        }
        return node;
    }

    static void write(Path folder, StoreInfo info) {
        SafeFiles.writeString(
                folder.resolve(NAME),
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(info) + "\n");
    }
}
