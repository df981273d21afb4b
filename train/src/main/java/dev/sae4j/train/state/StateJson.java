package dev.sae4j.train.state;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;

/// What `state.json` says: `format_version`, `step`, `bytes` and `crc32c` of the file of arrays,
/// `facts`, and `facts_crc32c` of these as JSON without spaces.
///
/// @param step steps done
/// @param arrays size and CRC-32C of the file of arrays
/// @param facts an object
record StateJson(long step, Checksum arrays, JsonNode facts) {
    static final String NAME = "state.json";
    private static final int VERSION = 1;

    /// The facts of a state as they will be when they are read again.
    static JsonNode asRead(Object value) {
        return Json.STRICT.readTree(Json.STRICT.writeValueAsString(value));
    }

    byte[] bytes() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format_version", VERSION);
        json.put("step", step);
        json.put("bytes", arrays.bytes());
        json.put("crc32c", arrays.crc32c());
        json.put("facts_crc32c", crc(facts));
        json.put("facts", facts);
        return (Json.PRETTY.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// @throws Sae4jException if the file is missing, damaged or edited
    static StateJson read(Path file) {
        JsonNode json = Json.readObject(file);
        if (json.path("format_version").asInt(0) != VERSION) {
            throw Sae4jException.in(
                    file,
                    "has format_version %s: this program reads version %d"
                            .formatted(json.path("format_version"), VERSION));
        }
        JsonNode facts = json.path("facts");
        if (!facts.isObject()) {
            throw Sae4jException.in(file, "has no object 'facts'");
        }
        if (!json.path("facts_crc32c").asString("").equals(crc(facts))) {
            throw Sae4jException.in(
                    file,
                    "was changed: its facts have the checksum %s, not %s"
                            .formatted(crc(facts), json.path("facts_crc32c")));
        }
        return new StateJson(
                natural(file, json, "step"),
                new Checksum(natural(file, json, "bytes"), json.path("crc32c").asString("")),
                facts);
    }

    private static long natural(Path file, JsonNode json, String name) {
        JsonNode node = json.path(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < 0) {
            throw Sae4jException.in(file, "has %s where '%s' belongs".formatted(node, name));
        }
        return node.asLong();
    }

    private static String crc(JsonNode facts) {
        CRC32C crc = new CRC32C();
        crc.update(Json.STRICT.writeValueAsString(facts).getBytes(StandardCharsets.UTF_8));
        return Checksum.hex(crc);
    }
}
