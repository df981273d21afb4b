package dev.sae4j.train.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogsTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_250L));

    @TempDir Path dir;

    @Test
    void linesAreObjectsInTheGivenOrder() throws IOException {
        Path file = dir.resolve("run").resolve("training.jsonl");
        try (var log = JsonLines.create(file)) {
            log.append(line(1));
            log.sync();
            log.append(new LinkedHashMap<>(Map.of("loss", Double.NaN)));
        }
        assertThat(Files.readString(file))
                .isEqualTo(
                        """
                        {"step":1,"loss":0.1,"name":"ä","levels":[1.0,2.5],"aux":{"dead":3}}
                        {"loss":"NaN"}
                        """);
        JsonLines.create(file).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void aResumedLogEqualsOneThatWasNeverStopped() throws IOException {
        Path whole = dir.resolve("whole.jsonl");
        try (var log = JsonLines.create(whole)) {
            for (long step = 1; step <= 9; step++) {
                log.append(line(step));
            }
        }
        byte[] expected = Files.readAllBytes(whole);
        Gen.forAll(
                40,
                random -> {
                    Path file = dir.resolve("stopped.jsonl");
                    long resumed = random.nextLong(10);
                    int least = resumed == 0 ? 0 : endOfLine(expected, (int) resumed);
                    write(
                            file,
                            Arrays.copyOf(expected, random.nextInt(least, expected.length + 1)));
                    try (var log = JsonLines.resume(file, resumed)) {
                        for (long step = resumed + 1; step <= 9; step++) {
                            log.append(line(step));
                        }
                    }
                    assertThat(file).hasBinaryContent(expected);
                });
    }

    @Test
    void whatIsNotALogIsCutOff() {
        Path file = dir.resolve("x.jsonl");
        write(
                file,
                "{\"step\":1}\n{\"note\":\"kept\"}\n\0\0\0\n{\"step\":2}\n"
                        .getBytes(StandardCharsets.UTF_8));
        JsonLines.resume(file, 5).close();
        assertThat(file).hasContent("{\"step\":1}\n{\"note\":\"kept\"}\n");
    }

    @Test
    void aResumeWithoutALogBeginsOne() {
        Path file = dir.resolve("new.jsonl");
        JsonLines.resume(file, 5).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void eventsCanBeReadAsTensorBoardReadsThem() throws IOException {
        Path file;
        try (var events = EventFile.create(dir.resolve("tb"), CLOCK)) {
            file = events.file();
            events.scalars(1, line(1));
            events.scalars(1L << 40, Map.of("loss", Double.POSITIVE_INFINITY));
        }
        assertThat(file.getFileName()).hasToString("events.out.tfevents.1700000000.sae4j");
        List<Decoded> found = decode(Files.readAllBytes(file));
        assertThat(found).hasSize(3);
        assertThat(found.get(0).version).isEqualTo("brain.Event:2");
        assertThat(found)
                .allSatisfy(e -> assertThat(e.wallTime).isCloseTo(1_700_000_000.25, within(0.0)));
        assertThat(found.get(1).step).isEqualTo(1);
        assertThat(found.get(1).values)
                .containsExactly(
                        Map.entry("loss", 0.1f),
                        Map.entry("levels/0", 1f),
                        Map.entry("levels/1", 2.5f),
                        Map.entry("aux/dead", 3f));
        assertThat(found.get(2).step).isEqualTo(1L << 40);
    }

    @Test
    void aResumedEventFileEqualsOneThatWasNeverStopped() throws IOException {
        byte[] expected;
        try (var events = EventFile.create(dir.resolve("whole"), CLOCK)) {
            for (long step = 1; step <= 9; step++) {
                events.scalars(step, line(step));
            }
            expected = Files.readAllBytes(events.file());
        }
        Path folder = dir.resolve("stopped");
        Path file = folder.resolve("events.out.tfevents.1700000000.sae4j");
        Gen.forAll(
                40,
                random -> {
                    write(file, Arrays.copyOf(expected, random.nextInt(expected.length + 1)));
                    long complete =
                            decode(read(file)).stream().mapToLong(e -> e.step).max().orElse(0);
                    long resumed = random.nextLong(complete + 1);
                    try (var events = EventFile.resume(folder, resumed, CLOCK)) {
                        for (long step = resumed + 1; step <= 9; step++) {
                            events.scalars(step, line(step));
                        }
                    }
                    assertThat(file).hasBinaryContent(expected);
                });
    }

    @Test
    void eventsBehindADamagedOneAreCutOff() throws IOException {
        Gen.forAll(
                40,
                random -> {
                    Path folder = dir.resolve("damaged");
                    Path file;
                    try (var events = EventFile.create(folder, CLOCK)) {
                        file = events.file();
                        events.scalars(1, line(1));
                        events.scalars(2, line(2));
                    }
                    byte[] bytes = read(file);
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    write(file, bytes);
                    EventFile.resume(folder, 9, CLOCK).close();
                    assertThat(decode(read(file))).hasSizeBetween(1, 2);
                });
    }

    private static Map<String, Object> line(long step) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("loss", 0.1 / step);
        line.put("name", "ä");
        line.put("levels", new double[] {1, 2.5});
        line.put("aux", Map.of("dead", 3));
        return line;
    }

    private static int endOfLine(byte[] text, int lines) {
        int at = 0;
        for (int left = lines; left > 0; at++) {
            left -= text[at] == '\n' ? 1 : 0;
        }
        return at;
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Decoded {
        double wallTime;
        long step;
        String version = "";
        final Map<String, Float> values = new LinkedHashMap<>();
    }

    /// Complete records only; asserts their checksums, computed bit by bit.
    private static List<Decoded> decode(byte[] file) {
        List<Decoded> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= 12 && in.remaining() >= 16 + in.getLong(in.position())) {
            int n = (int) in.getLong(in.position());
            int at = in.position();
            assertThat(in.getInt(at + 8)).isEqualTo(masked(file, at, 8));
            assertThat(in.getInt(at + 12 + n)).isEqualTo(masked(file, at + 12, n));
            events.add(event(in.slice(at + 12, n).order(ByteOrder.LITTLE_ENDIAN)));
            in.position(at + 16 + n);
        }
        return events;
    }

    private static int masked(byte[] data, int from, int n) {
        int crc = -1;
        for (int i = from; i < from + n; i++) {
            crc ^= data[i] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) * 0x82f63b78); // Castagnoli, reflected
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static Decoded event(ByteBuffer in) {
        Decoded event = new Decoded();
        while (in.hasRemaining()) {
            switch (in.get()) {
                case 1 << 3 | 1 -> event.wallTime = in.getDouble();
                case 2 << 3 -> event.step = varint(in);
                case 3 << 3 | 2 -> event.version = text(in);
                case 5 << 3 | 2 -> {
                    int end = (int) varint(in) + in.position();
                    while (in.position() < end) {
                        assertThat(in.get()).isEqualTo((byte) (1 << 3 | 2));
                        varint(in);
                        assertThat(in.get()).isEqualTo((byte) (1 << 3 | 2));
                        String tag = text(in);
                        assertThat(in.get()).isEqualTo((byte) (2 << 3 | 5));
                        event.values.put(tag, in.getFloat());
                    }
                }
                default -> throw new AssertionError("unknown field");
            }
        }
        return event;
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[(int) varint(in)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long varint(ByteBuffer in) {
        byte b = in.get();
        return b >= 0 ? b : (b & 0x7f) | varint(in) << 7;
    }
}
