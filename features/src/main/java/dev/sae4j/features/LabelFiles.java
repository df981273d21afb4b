package dev.sae4j.features;

import dev.sae4j.features.label.Confidence;
import dev.sae4j.features.label.Label;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Labels in the two published shapes: `feature_labels.jsonl`, one object
/// `{"feature", "interp", "autointerp", "confidence"}` a line, and `labels.json`, one object of the
/// same without `feature`, keyed by the feature. Keys may be missing; features may be missing.
final class LabelFiles {
    static final String LINES = "feature_labels.jsonl";
    static final String OBJECT = "labels.json";
    private static final int MAX_LINE = 1 << 20;

    private LabelFiles() {}

    static void write(Path folder, List<Label> labels) {
        SafeFiles.write(
                folder.resolve(LINES),
                out -> {
                    for (int f = 0; f < labels.size(); f++) {
                        Label label = labels.get(f);
                        Map<String, Object> line = new LinkedHashMap<>();
                        line.put("feature", f);
                        line.put("interp", label.human());
                        line.put("autointerp", label.automatic());
                        line.put("confidence", label.confidence().word());
                        out.write(Json.LENIENT.writeValueAsBytes(line));
                        out.write('\n');
                    }
                });
    }

    /// Labels of `features` features; empty ones where the files have none.
    static List<Label> read(Path folder, int features) {
        List<Label> labels =
                new ArrayList<>(
                        Collections.nCopies(features, Label.of("", "", Confidence.UNKNOWN)));
        if (Files.exists(folder.resolve(LINES))) {
            readLines(folder.resolve(LINES), labels);
        } else if (Files.exists(folder.resolve(OBJECT))) {
            readObject(folder.resolve(OBJECT), labels);
        }
        return labels;
    }

    private static void readLines(Path file, List<Label> labels) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int n = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String place = "line " + ++n;
                if (line.length() > MAX_LINE) {
                    throw Sae4jException.in(
                            file,
                            "%s is %d characters long: labels end at 1 MiB"
                                    .formatted(place, line.length()));
                }
                if (!line.isBlank()) {
                    JsonNode node = parse(file, place, line);
                    put(file, place, node.path("feature"), node, labels);
                }
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static JsonNode parse(Path file, String place, String line) {
        try {
            JsonNode node = Json.LENIENT.readTree(line);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw Sae4jException.in(file, place + " is not JSON: " + e.getOriginalMessage(), e);
        }
        throw Sae4jException.in(file, place + " is not a JSON object");
    }

    private static void readObject(Path file, List<Label> labels) {
        JsonNode root = Json.readObject(file);
        for (var entry : root.properties()) {
            String place = "key '" + shortened(entry.getKey()) + "'";
            if (!entry.getKey().matches("\\d{1,9}")) {
                throw Sae4jException.in(file, place + " is not the number of a feature");
            }
            JsonNode id =
                    Json.LENIENT.getNodeFactory().numberNode(Integer.parseInt(entry.getKey()));
            put(file, place, id, entry.getValue(), labels);
        }
    }

    private static void put(
            Path file, String place, JsonNode id, JsonNode node, List<Label> labels) {
        if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= labels.size()) {
            throw Sae4jException.in(
                    file,
                    "%s names feature %s: the book has features 0 to %d"
                            .formatted(place, shortened(id.toString()), labels.size() - 1));
        }
        try {
            labels.set(
                    id.intValue(),
                    Label.of(
                            node.path("interp").asString(""),
                            node.path("autointerp").asString(""),
                            Confidence.of(node.path("confidence").asString(""))));
        } catch (IllegalArgumentException e) {
            throw Sae4jException.in(
                    file, place + ": " + shortened(String.valueOf(e.getMessage())), e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
