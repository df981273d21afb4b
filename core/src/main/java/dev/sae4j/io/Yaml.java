package dev.sae4j.io;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.JsonSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Bounded reading of YAML configuration files, as the JSON that they stand for. Tags, which name
/// types to build, are refused, all of them.
public final class Yaml {
    private static final long MAX_SIZE = 1 << 20;
    private static final int MAX_SCALAR = 1 << 16;
    private static final int MAX_DEPTH = 64;

    /// An alias repeats what it points to: eight can make a file 18 times as large, at most.
    private static final int MAX_ALIASES = 8;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Yaml() {}

    /// Reads a mapping from a configuration file. Values are typed as in JSON.
    ///
    /// @throws Sae4jException if the file is missing, too large, not YAML, not a mapping, or uses
    ///     tags
    public static ObjectNode readObject(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_SIZE) {
                throw Sae4jException.in(
                        file,
                        "is %d bytes long: YAML configuration files end at 1 MiB".formatted(size));
            }
            return parseObject(file, Files.readString(file));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// As [#readObject(Path)], from text that lies in memory.
    ///
    /// @param name what errors call it
    public static ObjectNode parseObject(Path name, String text) {
        try {
            LoadSettings settings =
                    LoadSettings.builder()
                            .setLabel("YAML")
                            .setSchema(new JsonSchema())
                            .setAllowDuplicateKeys(false)
                            .setAllowRecursiveKeys(false)
                            .setMaxAliasesForCollections(MAX_ALIASES)
                            .setUseMarks(true)
                            .build();
            check(name, new Parse(settings).parseString(text));
            if (node(name, new Load(settings).loadFromString(text), 0) instanceof ObjectNode node) {
                return node;
            }
            throw Sae4jException.in(name, "is not a YAML mapping");
        } catch (YamlEngineException e) {
            throw Sae4jException.in(name, "is not YAML: " + firstLine(e), e);
        }
    }

    /// Looks at the file as a stream of events, before anything is built of it.
    private static void check(Path file, Iterable<Event> events) {
        int depth = 0;
        int aliases = 0;
        for (Event event : events) {
            switch (event) {
                case CollectionStartEvent start -> {
                    refuse(file, start.getTag().orElse(null));
                    depth++;
                }
                case CollectionEndEvent end -> depth--;
                case ScalarEvent scalar -> {
                    refuse(file, scalar.getTag().orElse(null));
                    if (scalar.getValue().length() > MAX_SCALAR) {
                        throw Sae4jException.in(
                                file,
                                "has a value of %d characters: %d are read"
                                        .formatted(scalar.getValue().length(), MAX_SCALAR));
                    }
                }
                case AliasEvent alias -> aliases++;
                default -> {}
            }
            if (depth > MAX_DEPTH) {
                throw Sae4jException.in(file, "nests deeper than %d levels".formatted(MAX_DEPTH));
            }
            if (aliases > MAX_ALIASES) {
                throw Sae4jException.in(
                        file,
                        "has more than %d aliases: write the values out".formatted(MAX_ALIASES));
            }
        }
    }

    private static void refuse(Path file, @Nullable String tag) {
        if (tag != null) {
            throw Sae4jException.in(
                    file, "has the tag '%s': types are not built from YAML".formatted(tag));
        }
    }

    private static JsonNode node(Path file, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) { // an alias to what contains it
            throw Sae4jException.in(
                    file, "contains itself, or nests deeper than %d levels".formatted(MAX_DEPTH));
        }
        return switch (value) {
            case null -> JSON.nullNode();
            case Boolean truth -> JSON.booleanNode(truth);
            case Integer number -> JSON.numberNode(number.intValue());
            case Long number -> JSON.numberNode(number.longValue());
            case BigInteger number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number.doubleValue());
            case String text -> JSON.stringNode(text);
            case List<?> list -> {
                ArrayNode array = JSON.arrayNode();
                list.forEach(item -> array.add(node(file, item, depth + 1)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = JSON.objectNode();
                map.forEach((key, item) ->
                        object.set(String.valueOf(key), node(file, item, depth + 1)));
                yield object;
            }
            default ->
                    throw Sae4jException.in(
                            file, "has a value of type " + value.getClass().getSimpleName());
        };
    }

    private static String firstLine(YamlEngineException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .limit(3)
                .map(String::strip)
                .toList()
                .toString();
    }
}
