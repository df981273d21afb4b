package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipArchiveTest {
    @TempDir Path folder;

    private static byte[] written(List<String> names, List<byte[]> contents) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipWriter(bytes)) {
            for (int i = 0; i < names.size(); i++) {
                MemorySegment all = MemorySegment.ofArray(contents.get(i));
                long half = all.byteSize() / 2;
                zip.add(names.get(i), List.of(all.asSlice(0, half), all.asSlice(half)));
            }
        }
        return bytes.toByteArray();
    }

    /// A deflated archive of the records `a` (10,000 bytes that repeat) and `b/c` (none).
    private static byte[] deflated() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a"));
            zip.write(repeating());
            zip.putNextEntry(new ZipEntry("b/c"));
        }
        return bytes.toByteArray();
    }

    private static byte[] repeating() {
        byte[] content = new byte[10_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 251);
        }
        return content;
    }

    private void with(byte[] archive, Consumer<ZipArchive> check) {
        try (MappedFile mapped = MappedFile.open(Files.write(folder.resolve("x.zip"), archive))) {
            check.accept(ZipArchive.of(mapped));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refuses(byte[] archive, String message) {
        assertThatThrownBy(() -> with(archive, zip -> zip.entries().forEach(e -> zip.bytes(e))))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("x.zip] ")
                .hasMessageContaining(message);
    }

    private static byte[] content(ZipArchive zip, String name) {
        return zip.bytes(zip.find(name).orElseThrow()).toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void readsWhatTheWriterWrote() {
        Gen.forAll(
                50,
                random -> {
                    List<String> names = new ArrayList<>();
                    List<byte[]> contents = new ArrayList<>();
                    for (int i = 0; i < random.nextInt(6); i++) {
                        names.add("archive/dätä/" + "x".repeat(random.nextInt(80)) + i);
                        byte[] content = new byte[random.nextInt(200_000)];
                        random.nextBytes(content);
                        contents.add(content);
                    }
                    try {
                        with(written(names, contents), zip -> same(zip, names, contents));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static void same(ZipArchive zip, List<String> names, List<byte[]> contents) {
        assertThat(zip.entries()).extracting(ZipArchive.Entry::name).isEqualTo(names);
        for (int i = 0; i < names.size(); i++) {
            var entry = zip.find(names.get(i)).orElseThrow();
            assertThat(entry.dataOffset() % 64).isZero();
            assertThat(zip.crcMatches(entry)).isTrue();
            assertThat(content(zip, names.get(i))).isEqualTo(contents.get(i));
        }
    }

    @Test
    void otherReadersAcceptWhatTheWriterWrote() throws IOException {
        Path file =
                Files.write(
                        folder.resolve("x.zip"),
                        written(List.of("a/b", "c"), List.of(repeating(), new byte[0])));
        try (var zip = new ZipFile(file.toFile())) {
            assertThat(zip.size()).isEqualTo(2);
            assertThat(zip.getInputStream(zip.getEntry("a/b")).readAllBytes())
                    .isEqualTo(repeating());
            assertThat(zip.getEntry("c").getSize()).isZero();
        }
    }

    @Test
    void writesTheseBytes() throws IOException {
        byte[] archive = written(List.of("a"), List.of(new byte[] {1, 2, 3}));
        String local =
                "504b0304 1400 0008 0000 0000 2100 1d80bc55 03000000 03000000 0100 2100 61"
                        + "4642 1d00"
                        + "5a".repeat(29)
                        + "010203";
        String directory =
                "504b0102 1400 1400 0008 0000 0000 2100 1d80bc55 03000000 03000000 0100 0000"
                        + "0000 0000 0000 00000000 00000000 61";
        String end = "504b0506 0000 0000 0100 0100 2f000000 43000000 0000";
        assertThat(archive).asHexString().isEqualToIgnoringCase(hex(local + directory + end));
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    @Test
    void writesMoreRecordsThanTheOldDirectoryCanCount() throws IOException {
        int records = 70_000;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            names.add("r" + i);
        }
        List<byte[]> contents = java.util.Collections.nCopies(records, new byte[0]);
        with(written(names, contents), zip -> assertThat(zip.entries()).hasSize(records));
    }

    @Test
    void inflatesOnceIntoTheMemoryOfTheFile() throws IOException {
        with(
                deflated(),
                zip -> {
                    assertThat(content(zip, "a")).isEqualTo(repeating());
                    assertThat(content(zip, "b/c")).isEmpty();
                    var entry = zip.find("a").orElseThrow();
                    assertThat(zip.bytes(entry)).isEqualTo(zip.bytes(entry));
                    assertThat(zip.crcMatches(entry)).isTrue();
                    assertThat(zip.find("d")).isEmpty();
                });
    }

    @Test
    void tellsAWrongChecksum() throws IOException {
        byte[] archive = written(List.of("a", "b"), List.of(repeating(), repeating()));
        archive[64] ^= 1;
        with(
                archive,
                zip ->
                        assertThat(zip.entries())
                                .extracting(zip::crcMatches)
                                .containsExactly(false, true));
    }

    @Test
    void refusesArchivesThatAreCut() throws IOException {
        byte[] archive = written(List.of("a", "b"), List.of(repeating(), repeating()));
        for (int cut = 1; cut < 150; cut++) {
            refuses(
                    Arrays.copyOf(archive, archive.length - cut),
                    "has no zip directory at its end");
        }
    }

    @Test
    void refusesNamesThatLeaveTheFolder() throws IOException {
        for (String name : List.of("../a", "a/../../b", "/a", "a\\b", "C:a", "..")) {
            refuses(
                    written(List.of(name), List.of(new byte[1])),
                    "record '" + name + "' has a name that leaves its folder");
        }
        refuses(written(List.of("a\0b"), List.of(new byte[1])), "control characters");
        refuses(written(List.of(""), List.of(new byte[1])), "an empty name");
        with(
                written(List.of("a..b/...", "./c"), List.of(new byte[1], new byte[2])),
                zip -> assertThat(zip.entries()).hasSize(2));
    }

    @Test
    void refusesADirectoryThatLies() throws IOException {
        byte[] good = written(List.of("a", "b"), List.of(repeating(), repeating()));
        int first = good.length - 22 - 2 * 47;
        int end = good.length - 22;
        refuses(changed(good, first + 8, 1), "record 'a' is encrypted");
        refuses(changed(good, first + 10, 12), "record 'a' has compression method 12");
        refuses(changed(good, first + 10, 8), "record 'a' has two compression methods");
        refuses(changed(good, first + 46, 'b'), "record 'b' has another name before its data");
        refuses(changed(good, first + 23, 127), "record 'a' has 2130716432 bytes at byte 64");
        refuses(changed(good, first + 24, 17), "record 'a' cannot make 10001 bytes of the 10000");
        refuses(changed(good, first + 42, 1), "record 'a' has no header at byte 1");
        refuses(changed(good, first, 0), "has no header of record 0");
        refuses(changed(good, first + 28, 255), "has a directory cut inside record 0");
        refuses(changed(good, end + 10, 200), "says that it has 200 records in a directory of 94");
        refuses(changed(good, end + 19, 127), "says its directory is at bytes");
    }

    @Test
    void refusesRecordsThatShareBytesOrNames() throws IOException {
        byte[] good = written(List.of("a", "b"), List.of(new byte[100], new byte[100]));
        int first = good.length - 22 - 2 * 47;
        refuses(
                changed(changed(good, first + 20, 200), first + 24, 200),
                "has two records that share byte 164");

        byte[] one = written(List.of("a"), List.of(repeating()));
        byte[] header = Arrays.copyOfRange(one, one.length - 22 - 47, one.length - 22);
        byte[] records = Arrays.copyOf(one, one.length - 22 - 47);
        refuses(joined(records, header, header), "has two records named 'a'");
    }

    @Test
    void refusesDeflatedRecordsThatLie() throws IOException {
        byte[] good = deflated();
        int first = indexOf(good, 0x02014b50);
        refuses(changed(good, first + 24, 17), "record 'a' inflates to fewer bytes than the 10001");
        refuses(changed(good, first + 24, 15), "record 'a' inflates to more bytes than the 9999");
        refuses(changed(good, first + 27, 127), "record 'a' cannot make 2130716432 bytes");
        refuses(changed(good, 31, 7), "record 'a' is no valid deflate stream");
    }

    @Test
    void unpacksOnlySoMuchOfOneArchive() throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[48 << 20];
        try (var zip = new ZipOutputStream(bytes)) {
            for (String name : List.of("a", "b")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(zeros);
            }
        }
        refuses(bytes.toByteArray(), "record 'b' takes 50331648 bytes unpacked, more than the");
    }

    @Test
    void mutatedArchivesLoadOrFailWithASentence() throws IOException {
        List<byte[]> good =
                List.of(written(List.of("a", "b"), List.of(new byte[40], new byte[7])), deflated());
        var random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            byte[] mutant = good.get(i % 2).clone();
            for (int m = 0; m <= random.nextInt(3); m++) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                with(
                        mutant,
                        zip ->
                                zip.entries()
                                        .forEach(e ->
                                                assertThat(zip.bytes(e).byteSize())
                                                        .isEqualTo(e.size())));
            } catch (Sae4jException e) {
                assertThat(e).hasMessageStartingWith("[");
            }
        }
    }

    private static byte[] changed(byte[] archive, int at, int value) {
        byte[] other = archive.clone();
        other[at] = (byte) value;
        return other;
    }

    private static byte[] joined(byte[] records, byte[]... headers) {
        int size = Arrays.stream(headers).mapToInt(h -> h.length).sum();
        ByteBuffer all =
                ByteBuffer.allocate(records.length + size + 22).order(ByteOrder.LITTLE_ENDIAN);
        all.put(records);
        Arrays.stream(headers).forEach(all::put);
        all.putInt(0x06054b50).putInt(0);
        all.putShort((short) headers.length).putShort((short) headers.length);
        return all.putInt(size).putInt(records.length).array();
    }

    private static int indexOf(byte[] archive, int signature) {
        ByteBuffer buffer = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (buffer.getInt(at) != signature) {
            at++;
        }
        return at;
    }
}
