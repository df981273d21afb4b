package dev.sae4j.train.log;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A log of one JSON object a line, `training.jsonl` by custom. Each line is handed to the system at
/// once, so it outlives the process; [#sync()] makes it outlive a loss of power. NaN and infinity
/// are written as strings, since JSON has no such numbers.
public final class JsonLines implements AutoCloseable {
    /// Longer lines are taken for damage.
    private static final int MAX_LINE = 1 << 24;

    private final Path file;
    private final FileChannel channel;

    private JsonLines(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Begins an empty log; an older one is lost.
    public static JsonLines create(Path file) {
        return openAt(file, 0);
    }

    /// Goes on with a log: keeps its lines up to the first whose number `step` is larger than
    /// `step`, or that is incomplete. Begins a log if there is none.
    ///
    /// @param step the last step that is to stay
    public static JsonLines resume(Path file, long step) {
        return openAt(file, Files.exists(file) ? lengthUpTo(file, step) : 0);
    }

    private static JsonLines openAt(Path file, long length) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(length).position(length);
            return new JsonLines(file, channel);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
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
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    /// Waits until all lines are on the disk: before a state is saved that is behind them.
    public void sync() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }
}
