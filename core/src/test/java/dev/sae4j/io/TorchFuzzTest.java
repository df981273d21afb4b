package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged checkpoints load or are refused; nothing else ever happens. They lie in memory.
/// `-Dsae4j.fuzz=N` tries N of each kind.
class TorchFuzzTest {
    private static final int CASES = Integer.getInteger("sae4j.fuzz", 20_000);

    /// Bytes that mean something to the machine, so that damage goes deep.
    private static final byte[] TELLING =
            "()]}.0123NKMJGXUcqhjrtuesabQR\u0080\u0081\u0085\u0086\u0087\u0088\u008a\u008b\u0093\u0094\u0095\u00ff\u0000\u0001"
                    .getBytes(StandardCharsets.ISO_8859_1);

    @TempDir static Path folder;
    private static byte[] archive = {};
    private static byte[] stream = {};

    @BeforeAll
    static void write() throws IOException {
        Path file = folder.resolve("a.pt");
        TorchWriter.write(
                file,
                Map.of(
                        "w",
                        Tensor.ofFloats("", new float[6], 2, 3),
                        "c",
                        Map.of("k", List.of(1, 2.5, "x"))));
        archive = Files.readAllBytes(file);
        PickleWriter head = new PickleWriter();
        head.emptyDict();
        byte[] facts = head.finish();
        try (var open = MappedFile.open(file)) {
            ZipArchive zip = ZipArchive.of(open);
            byte[] object =
                    zip.bytes(zip.find("archive/data.pkl").orElseThrow())
                            .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            stream =
                    concat(
                            "\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.M\u00e9\u0003."
                                    .getBytes(StandardCharsets.ISO_8859_1),
                            facts,
                            object,
                            "](U\u00010e.\u0006\0\0\0\0\0\0\0"
                                    .getBytes(StandardCharsets.ISO_8859_1),
                            new byte[24]);
        }
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(p -> p.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Test
    void damagedArchivesLoadOrAreRefused() {
        assertThat(loads(archive, m -> TorchFile.ofZip(m, ZipArchive.of(m)))).isTrue();
        Gen.forAll(
                CASES, r -> loads(damaged(archive, r), m -> TorchFile.ofZip(m, ZipArchive.of(m))));
    }

    @Test
    void damagedStreamsLoadOrAreRefused() {
        assertThat(loads(stream, TorchFile::ofStream)).isTrue();
        Gen.forAll(CASES, r -> loads(damaged(stream, r), TorchFile::ofStream));
    }

    private static byte[] damaged(byte[] good, SplittableRandom random) {
        byte[] bytes = good.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(32), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static boolean loads(byte[] bytes, Function<MappedFile, TensorFile> reader) {
        MappedFile mapped =
                new MappedFile(Path.of("a.pt"), MemorySegment.ofArray(bytes), Arena.ofConfined());
        try (TensorFile file = mapped.parse(reader)) {
            file.tensors().values().forEach(Tensor::data);
            assertThat(file.values().isObject()).isTrue();
            file.problems();
            return true;
        } catch (Sae4jException e) {
            assertThat(e).hasMessageStartingWith("[a.pt] ");
            return false;
        }
    }
}
