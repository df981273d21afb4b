package dev.sae4j.train.log;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A log of one JSON object a line, `training.jsonl` by custom. Each line is handed to the system at
/// once, so it outlives the process; [#sync()] makes it outlive a loss of power. NaN and infinity
/// are written as strings, since JSON has no such numbers.
public final class JsonLines implements AutoCloseable {
    /// Longer lines are taken for damage.
    private static final int MAX_LINE = 1 << 24;

    private final AppendedFile file;

    private JsonLines(AppendedFile file) {
        this.file = file;
    }

    /// Begins an empty log; an older one is lost.
    public static JsonLines create(Path file) {
        return new JsonLines(AppendedFile.openAt(file, 0));
    }

    /// Goes on with a log: keeps its lines up to the first whose number `step` is larger than
    /// `step`, or that is incomplete. Begins a log if there is none.
    ///
    /// @param step the last step that is to stay
    public static JsonLines resume(Path file, long step) {
        long length = Files.exists(file) ? lengthUpTo(file, step) : 0;
        return new JsonLines(AppendedFile.openAt(file, length));
    }

    private static long lengthUpTo(Path file, long step) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long length = 0;
            var line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0 && line.size() < MAX_LINE; b = in.read()) {
                line.write(b);
                if (b == '\n') {
                    if (!isUpTo(line.toString(StandardCharsets.UTF_8), step)) {
                        break;
                    }
                    length += line.size();
                    line.reset();
                }
            }
            return length;
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static boolean isUpTo(String line, long step) {
        try {
            JsonNode json = Json.LENIENT.readTree(line);
            return json.isObject() && json.path("step").asLong(0) <= step;
        } catch (JacksonException e) {
            return false;
        }
    }

    /// Appends a line.
    ///
    /// @param line names and values, in this order; those of a step have its number as `step`
    /// @throws Sae4jException if the disk is full; half a line is cut off by [#resume]
    public void append(Map<String, ?> line) {
        String text = Json.STRICT.writeValueAsString(line) + "\n";
        file.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Waits until all lines are on the disk: before a state is saved that is behind them.
    public void sync() {
        file.sync();
    }

    @Override
    public void close() {
        file.close();
    }
}
