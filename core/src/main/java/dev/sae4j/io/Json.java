package dev.sae4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON mappers of the project and bounded reading of JSON files.
public final class Json {
    /// Refuses unknown and missing properties and duplicate keys: for files of our own and headers.
    public static final JsonMapper STRICT =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /// For other people's files: unknown properties are their business.
    public static final JsonMapper LENIENT =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /// Writes indented files that a person can read.
    public static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /// Configuration files above this size are refused.
    private static final long MAX_CONFIG = 64L << 20;

    private Json() {}

    /// Reads a JSON object from a configuration file.
    ///
    /// @throws Sae4jException if the file is missing, too large, not JSON or not an object
    public static JsonNode readObject(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_CONFIG) {
                throw Sae4jException.in(
                        file,
                        "is %d bytes long: configuration files end at 64 MiB".formatted(size));
            }
            JsonNode node = LENIENT.readTree(Files.readString(file));
            if (!node.isObject()) {
                throw Sae4jException.in(file, "is not a JSON object");
            }
            return node;
        } catch (JacksonException e) {
            throw Sae4jException.in(file, "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
