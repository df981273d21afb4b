package dev.sae4j.features;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;

/// `feature_data.json`: one object `{"features": [...], "meta": {...}}`.
///
/// | key of a feature | |
/// |---|---|
/// | `i` | index |
/// | `x` `y` `x3` `y3` `z3` | 2D and 3D map; all five, or none before a map has been made |
/// | `d` | density, fires over tokens |
/// | `mx` `mn` | largest activation; mean over fires |
/// | `c` | fires |
///
/// Keys of a map that does not exist are left out, not null: readers in the field take a missing key
/// for its default but stumble over null where a number should be.
final class FeatureDataFile {
    static final String NAME = "feature_data.json";
    private static final List<String> COUNTS = List.of("n_features", "n_tokens", "n_texts");

    /// The caller syncs the file before it closes it.
    private static final ObjectWriter WRITER =
            Json.LENIENT.writer().without(StreamWriteFeature.AUTO_CLOSE_TARGET);

    private FeatureDataFile() {}

    record Content(BookMeta meta, List<FeatureSummary> features) {}

    static void write(Path folder, BookMeta meta, List<FeatureSummary> features) {
        SafeFiles.write(
                folder.resolve(NAME),
                out -> {
                    try (JsonGenerator json = WRITER.createGenerator(out)) {
                        json.writeStartObject();
                        json.writeArrayPropertyStart("features");
                        features.forEach(f -> write(json, f));
                        json.writeEndArray();
                        json.writePOJOProperty("meta", asMap(meta));
                        json.writeEndObject();
                    }
                });
    }

    private static Map<String, Object> asMap(BookMeta meta) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("n_features", meta.features());
        all.put("n_tokens", meta.tokens());
        all.put("n_texts", meta.texts());
        all.putAll(meta.other());
        return all;
    }

    private static void write(JsonGenerator json, FeatureSummary f) {
        json.writeStartObject();
        json.writeNumberProperty("i", f.feature());
        Coordinates map = f.map();
        if (map != null) {
            json.writeNumberProperty("x", map.x());
            json.writeNumberProperty("y", map.y());
            json.writeNumberProperty("x3", map.x3());
            json.writeNumberProperty("y3", map.y3());
            json.writeNumberProperty("z3", map.z3());
        }
        json.writeNumberProperty("d", sixDigits(f.density()));
        json.writeNumberProperty("mx", sixDigits(f.max()));
        json.writeNumberProperty("mn", sixDigits(f.mean()));
        json.writeNumberProperty("c", f.fires());
        json.writeEndObject();
    }

    /// Six significant digits: exact values stand in the columns.
    private static double sixDigits(double value) {
        return value == 0
                ? 0
                : new java.math.BigDecimal(value).round(new java.math.MathContext(6)).doubleValue();
    }

    static Content read(Path folder) {
        Path file = folder.resolve(NAME);
        JsonNode root = Json.readObject(file);
        JsonNode rows = root.get("features");
        if (rows == null || !rows.isArray()) {
            throw Sae4jException.in(file, "has no array 'features'");
        }
        var features = new FeatureSummary[rows.size()];
        for (int n = 0; n < rows.size(); n++) {
            FeatureSummary summary = summary(file, n, rows.get(n));
            int i = summary.feature();
            if (i < 0 || i >= features.length || features[i] != null) {
                throw Sae4jException.in(
                        file,
                        "features[%d] has i = %d: expected each of 0 to %d once"
                                .formatted(n, i, features.length - 1));
            }
            features[i] = summary;
        }
        return new Content(meta(file, root.get("meta"), features.length), Arrays.asList(features));
    }

    private static BookMeta meta(Path file, @Nullable JsonNode meta, int rows) {
        if (meta == null) {
            return new BookMeta(rows, 0, 0, Map.of());
        }
        if (!meta.isObject()) {
            throw Sae4jException.in(file, "'meta' is not an object");
        }
        if (meta.has("n_features") && meta.get("n_features").asLong(-1) != rows) {
            throw Sae4jException.in(
                    file,
                    "meta says n_features = %s, but there are %d features: the file is cut short or was edited"
                            .formatted(meta.get("n_features"), rows));
        }
        Map<String, Object> other = new LinkedHashMap<>();
        for (var entry : meta.properties()) {
            if (!COUNTS.contains(entry.getKey()) && !entry.getValue().isNull()) {
                other.put(entry.getKey(), Json.LENIENT.treeToValue(entry.getValue(), Object.class));
            }
        }
        return new BookMeta(
                rows, meta.path("n_tokens").asLong(0), meta.path("n_texts").asLong(0), other);
    }

    private static FeatureSummary summary(Path file, int n, JsonNode row) {
        if (!row.isObject() || !row.path("i").canConvertToInt()) {
            throw Sae4jException.in(
                    file, "features[%d] is not an object with an integer 'i'".formatted(n));
        }
        List<Double> map = new ArrayList<>();
        for (String key : List.of("x", "y", "x3", "y3", "z3")) {
            JsonNode value = row.get(key);
            if (value != null && !value.isNull()) {
                map.add(number(file, n, key, value));
            }
        }
        Coordinates at =
                map.size() < 5
                        ? null
                        : new Coordinates(
                                map.get(0), map.get(1), map.get(2), map.get(3), map.get(4));
        return new FeatureSummary(
                row.get("i").intValue(),
                (long) number(file, n, "c", row.get("c")),
                number(file, n, "d", row.get("d")),
                number(file, n, "mx", row.get("mx")),
                number(file, n, "mn", row.get("mn")),
                at);
    }

    private static double number(Path file, int n, String key, @Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return 0;
        }
        if (!value.isNumber()) {
            throw Sae4jException.in(
                    file, "features[%d].%s is %s: expected a number".formatted(n, key, value));
        }
        return value.doubleValue();
    }
}
