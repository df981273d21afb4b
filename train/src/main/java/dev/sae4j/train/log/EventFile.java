package dev.sae4j.train.log;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Scalars for TensorBoard: `tensorboard --logdir FOLDER` shows them while the run goes on. Each
/// event is handed to the system at once, so it outlives the process.
public final class EventFile implements AutoCloseable {
    private static final String PREFIX = "events.out.tfevents.";

    /// Longer records are taken for damage.
    private static final long MAX_RECORD = 1 << 24;

    private final AppendedFile file;
    private final InstantSource clock;

    private EventFile(Path file, long length, InstantSource clock) {
        this.file = AppendedFile.openAt(file, length);
        this.clock = clock;
    }

    /// Begins an event file in a folder, beside those that are there.
    ///
    /// @param clock gives the time of the events
    public static EventFile create(Path folder, InstantSource clock) {
        String name = PREFIX + "%010d.sae4j".formatted(clock.instant().getEpochSecond());
        EventFile events = new EventFile(folder.resolve(name), 0, clock);
        events.write(Event.fileVersion(events.now()));
        return events;
    }

    /// Goes on with the newest event file of a folder: keeps its events up to the first of a step
    /// larger than `step`, or that is incomplete. Begins a file if there is none.
    ///
    /// @param step the last step that is to stay
    public static EventFile resume(Path folder, long step, InstantSource clock) {
        Optional<Path> newest = newest(folder);
        long length = newest.map(file -> lengthUpTo(file, step)).orElse(0L);
        return length == 0 ? create(folder, clock) : new EventFile(newest.get(), length, clock);
    }

    private static Optional<Path> newest(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX))
                    .max(Comparator.comparing(entry -> entry.getFileName().toString()));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    /// Bytes of the whole records before the first that is not wanted.
    private static long lengthUpTo(Path file, long step) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            long length = 0;
            while (true) {
                byte[] header = in.readNBytes(Records.HEADER);
                if (header.length < Records.HEADER) {
                    return length;
                }
                ByteBuffer head = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
                long size = head.getLong();
                if (head.getInt() != Records.maskedCrc(header, 0, Long.BYTES)
                        || size < 0
                        || size > MAX_RECORD) {
                    return length;
                }
                byte[] event = in.readNBytes((int) size);
                byte[] crc = in.readNBytes(Records.FOOTER);
                long at = Event.step(event);
                if (event.length < size
                        || crc.length < Records.FOOTER
                        || ByteBuffer.wrap(crc).order(ByteOrder.LITTLE_ENDIAN).getInt()
                                != Records.maskedCrc(event, 0, event.length)
                        || at < 0
                        || at > step) {
                    return length;
                }
                length += Records.HEADER + size + Records.FOOTER;
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// Appends the numbers of a step, as a line of [JsonLines] holds them. Those inside of maps and
    /// lists get tags such as `level_loss/0`; what is not a number is left out.
    ///
    /// @throws Sae4jException if the disk is full
    public void scalars(long step, Map<String, ?> line) {
        Map<String, Float> values = new LinkedHashMap<>();
        JsonNode json = Json.STRICT.valueToTree(line);
        json.forEachEntry((name, value) -> flatten(name, value, values));
        values.remove("step");
        write(Event.scalars(now(), step, values));
    }

    private static void flatten(String tag, JsonNode value, Map<String, Float> values) {
        if (value.isNumber()) {
            values.put(tag, (float) value.doubleValue());
        } else if (value.isObject()) {
            value.forEachEntry((name, inner) -> flatten(tag + "/" + name, inner, values));
        } else {
            for (int i = 0; i < value.size(); i++) {
                flatten(tag + "/" + i, value.get(i), values);
            }
        }
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    private void write(byte[] event) {
        file.append(Records.frame(event));
    }

    /// The file that is written.
    public Path file() {
        return file.path();
    }

    /// Waits until all events are on the disk: before a state is saved that is behind them.
    public void sync() {
        file.sync();
    }

    @Override
    public void close() {
        file.close();
    }
}
