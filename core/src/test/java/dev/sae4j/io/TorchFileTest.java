package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchFileTest {
    /// The storage `0` of all files here: 0, 1, ... 5 as float32.
    private static final byte[] SIX = floats(ByteOrder.LITTLE_ENDIAN, 0, 1, 2, 3, 4, 5);

    private static byte[] floats(ByteOrder order, float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(order);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    /// An archive in memory: nothing is written to disk.
    private static TensorFile open(Map<String, byte[]> records) {
        var out = new ByteArrayOutputStream();
        try (ZipWriter zip = new ZipWriter(out)) {
            for (var record : records.entrySet()) {
                zip.add(record.getKey(), List.of(MemorySegment.ofArray(record.getValue())));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        MappedFile mapped = mapped(out.toByteArray());
        return mapped.parse(m -> TorchFile.ofZip(m, ZipArchive.of(m)));
    }

    private static MappedFile mapped(byte[] bytes) {
        return new MappedFile(Path.of("x", "a.pt"), MemorySegment.ofArray(bytes), Arena.ofShared());
    }

    private static Map<String, byte[]> records(String object) {
        Map<String, byte[]> records = new LinkedHashMap<>();
        records.put(
                "a/data.pkl",
                ("\u0080\u0002" + object + ".").getBytes(StandardCharsets.ISO_8859_1));
        records.put("a/data/0", SIX);
        return records;
    }

    private static TensorFile open(String object) {
        return open(records(object));
    }

    /// A view of storage 0; `sizes` and `strides` are written as pickled tuples.
    private static String tensor(String storage, int offset, String sizes, String strides) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\n%sStorage\nU\u00010U\u0003cpuK\u0006tQI%d\n%s%sI00\n}tR"
                .formatted(storage, offset, sizes, strides);
    }

    private static String tuple(long... numbers) {
        var text = new StringBuilder("(");
        for (long number : numbers) {
            text.append('I').append(number).append('\n');
        }
        return text.append('t').toString();
    }

    private static String six() {
        return tensor("Float", 0, tuple(2, 3), tuple(3, 1));
    }

    @Test
    void mapsWhatLiesInOrderAndOrdersTheRest() {
        String transposed = tensor("Float", 0, tuple(3, 2), tuple(1, 3));
        String column = tensor("Float", 1, tuple(2), tuple(3));
        try (var file =
                open("}(U\u0001a" + six() + "U\u0001b" + transposed + "U\u0001c" + column + "u")) {
            assertThat(file.tensors().keySet()).containsExactly("a", "b", "c");
            assertThat(file.require("a", "test", 2, 3).toFloats())
                    .containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.require("b", "test", 3, 2).toFloats())
                    .containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(file.require("c", "test", 2).toFloats()).containsExactly(1, 4);
            assertThat(file.container()).isEqualTo("torch zip");
            assertThat(file.problems()).isEmpty();
        }
    }

    @Test
    void turnsTheBytesOfBigEndianFiles() {
        var records = records("}U\u0001a" + tensor("Float", 3, tuple(3), tuple(1)) + "s");
        records.put("a/data/0", floats(ByteOrder.BIG_ENDIAN, 0, 1, 2, 3, 4, 5));
        records.put("a/byteorder", "big".getBytes(StandardCharsets.UTF_8));
        try (var file = open(records)) {
            assertThat(file.require("a", "test", 3).toFloats()).containsExactly(3, 4, 5);
        }
        records.put("a/byteorder", "middle".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> open(records))
                .hasMessage("[x/a.pt] has the byte order 'middle': expected little or big");
    }

    @Test
    void turnsBothPartsOfComplexNumbers() {
        String pairs =
                tensor("ComplexFloat", 0, tuple(3), tuple(1)).replace("K\u0006t", "K\u0003t");
        var records = records("}U\u0001a" + pairs + "s");
        records.put("a/data/0", floats(ByteOrder.BIG_ENDIAN, 0, 1, 2, 3, 4, 5));
        records.put("a/byteorder", "big".getBytes(StandardCharsets.UTF_8));
        try (var file = open(records)) {
            assertThat(file.require("a", "test", 3).data().mismatch(MemorySegment.ofArray(SIX)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void namesTensorsByTheirPlacesAndKeepsValuesInTheirs() {
        String tree =
                "}(U\u0001s}(K\u0007"
                        + six()
                        + "K\u0008U\u0001zuU\u0001l]("
                        + six()
                        + "ctorch\nfloat16\nNe"
                        + "U\u0001bC\u0002\u0000\u00ff"
                        + "U\u0001t(K\u0001I01\ntU\u0001fFnan\nu";
        try (var file = open(tree)) {
            assertThat(file.tensors().keySet()).containsExactly("s.7", "l[0]");
            assertThat(file.values().toString())
                    .isEqualTo(
                            "{\"s\":{\"8\":\"z\"},\"l\":[null,\"torch.float16\",null],\"b\":\"AP8=\",\"t\":[1,true],\"f\":\"NaN\"}");
            assertThat(file.values().get("f").doubleValue()).isNaN();
        }
    }

    @Test
    void readsABareTensorAndAList() {
        try (var file = open(six())) {
            assertThat(file.tensors().keySet()).containsExactly("tensor");
            assertThat(file.values().isEmpty()).isTrue();
        }
        try (var file = open("](" + six() + "K\u0001e")) {
            assertThat(file.tensors().keySet()).containsExactly("[0]");
            assertThat(file.values().toString()).isEqualTo("{\"[1]\":1}");
        }
    }

    @Test
    void sharedTensorsShareTheirData() {
        String transposed = tensor("Float", 0, tuple(3, 2), tuple(1, 3));
        try (var file = open("}(U\u0001a" + transposed + "q\u0001U\u0001bh\u0001u")) {
            MemorySegment a = file.find("a").orElseThrow().data();
            assertThat(file.find("b").orElseThrow().data()).isEqualTo(a);
            assertThat(file.find("b").orElseThrow().name()).isEqualTo("b");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I7~ | [x/a.pt] holds a number: expected a dictionary of tensors",
                "}U\u0001cctorch~Size~s | [x/a.pt] 'c' is a class or function: only tensors and plain values are read",
                "}U\u0001c](h\u0001es | [x/a.pt] data.pkl, byte 8: recalls memo 1, which was never stored",
                "}(K\u0001K\u0002U\u00011K\u0003u | [x/a.pt] '1' is the key of two values",
                "]q\u0001h\u0001a | levels",
            })
    void refusesWhatIsNoTreeOfTensorsAndValues(String object, String message) {
        assertThatThrownBy(() -> open(object.replace('~', '\n'))).hasMessageContaining(message);
    }

    private static void refuses(String tensor, String message) {
        assertThatThrownBy(() -> open("}U\u0001a" + tensor + "s"))
                .isInstanceOf(Sae4jException.class)
                .hasMessage("[x/a.pt] tensor 'a' " + message);
    }

    @Test
    void refusesTensorsThatTheirStorageDoesNotHold() {
        long huge = 1L << 62;
        refuses(
                tensor("Float", 0, tuple(7), tuple(1)),
                "reaches to element 7 of a storage of 6 elements: damaged");
        refuses(
                tensor("Float", 5, tuple(2), tuple(1)),
                "reaches to element 7 of a storage of 6 elements: damaged");
        refuses(tensor("Float", -1, tuple(2), tuple(1)), "has -1 for a storage offset: damaged");
        refuses(tensor("Float", 0, tuple(-2), tuple(1)), "has -2 for a size: damaged");
        refuses(tensor("Float", 0, tuple(2), tuple(-1)), "has -1 for a stride: damaged");
        refuses(
                tensor("Float", 0, tuple(2), "K\u0001"),
                "has a stride that is a number: expected a tuple");
        refuses(tensor("Float", 0, tuple(2, 2), tuple(1)), "has 2 sizes and 1 strides");
        refuses(
                tensor("Float", 0, tuple(huge, huge), tuple(1, 1)),
                "has sizes, strides or a storage that exceed 64 bits");
        refuses(
                tensor("Double", 0, tuple(2), tuple(1)),
                "is in storage '0', which should have 48 bytes and has 24: damaged");
        refuses(
                six().replace("U\u00010", "U\u00019"),
                "is in storage '9', which the file does not have");
        refuses(
                six().replace("U\u00010", "U\u0004../0"),
                "is in storage '../0', which the file does not have");
        refuses(
                tensor(
                        "Float",
                        0,
                        "(" + "K\u0001".repeat(65) + "t",
                        "(" + "K\u0001".repeat(65) + "t"),
                "has 65 dimensions: no more than 64 are read");
    }

    @Test
    void repeatsElementsWithinReason() {
        try (var file = open("}U\u0001a" + tensor("Float", 1, tuple(1000, 2), tuple(0, 1)) + "s")) {
            assertThat(file.require("a", "test", 1000, 2).toFloats()).startsWith(1, 2, 1, 2);
        }
        refuses(
                tensor("Float", 0, tuple(1_000_001), tuple(0)),
                "repeats the 6 elements of its storage up to 1000001: save a copy (tensor.contiguous())");
        String many = "](" + tensor("Float", 0, tuple(1_000_000), tuple(0)).repeat(5) + "e";
        assertThatThrownBy(() -> open(many)).hasMessageContaining("tensor '[4]' repeats");
        String views = "](" + tensor("Float", 0, tuple(3, 2), tuple(1, 3)).repeat(6) + "e";
        assertThatThrownBy(() -> open(views))
                .hasMessageContaining("one of many views of the same storage");
    }

    @Test
    void refusesTreesThatGrowWithoutEnd() {
        String list = "](" + "h\u0001".repeat(10) + "eq\u0001"; // ten times the one before
        assertThatThrownBy(() -> open("}U\u0001a]q\u0001" + ("0" + list).repeat(40) + "s"))
                .hasMessageContaining("refers to itself or nests too deeply");
        String text =
                "}(U\u0001aX\0\0\u0010\0"
                        + "x".repeat(1 << 20)
                        + "q\u0001U\u0001b]("
                        + "h\u0001".repeat(70)
                        + "eu";
        assertThatThrownBy(() -> open(text))
                .hasMessageContaining("brings the text to more than 67108864 characters");
    }

    @Test
    void refusesArchivesThatTorchDidNotWrite() {
        refusesArchive(r -> r.remove("a/data.pkl"), "is a zip archive without FOLDER/data.pkl");
        refusesArchive(
                r -> r.put("b/data.pkl", SIX), "has two checkpoints in one archive, 'a' and 'b'");
        refusesArchive(r -> r.put("readme", SIX), "has the record 'readme' outside its folder 'a'");
        refusesArchive(r -> r.put("a/code/m.py", SIX), "is a TorchScript archive");
        refusesArchive(r -> r.put("a/constants.pkl", SIX), "is a TorchScript archive");
    }

    private static void refusesArchive(Consumer<Map<String, byte[]>> change, String message) {
        var records = records("}");
        change.accept(records);
        assertThatThrownBy(() -> open(records)).hasMessageStartingWith("[x/a.pt] " + message);
    }

    /// The pickles of a stream with one storage of six floats.
    private static String stream(String object, String facts, String keys) {
        return "\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.M\u00e9\u0003."
                + facts
                + "."
                + object
                + "."
                + keys
                + ".";
    }

    private static TensorFile openStream(String pickles, long elements) {
        byte[] head = pickles.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer all = ByteBuffer.allocate(head.length + 8 + SIX.length);
        all.put(head).order(ByteOrder.LITTLE_ENDIAN).putLong(elements).put(SIX);
        return mapped(all.array()).parse(TorchFile::ofStream);
    }

    private static String inStream(String tensor) {
        return "}U\u0001a" + tensor.replace("K\u0006tQ", "K\u0006NtQ") + "s";
    }

    @Test
    void readsStreamsAsLittleEndianWhateverTheySayOfTheMachine() {
        String facts = "}U\r" + "little_endianI00\ns";
        try (var file = openStream(stream(inStream(six()), facts, "]U\u00010a"), 6)) {
            assertThat(file.require("a", "test", 2, 3).toFloats())
                    .containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.container()).isEqualTo("torch stream");
        }
    }

    @Test
    void readsViewsOfStoragesInOldStreams() {
        String view =
                tensor("Float", 0, tuple(2), tuple(1))
                        .replace("K\u0006tQ", "K\u0006(U\u0001vK\u0003K\u0002ttQ");
        try (var file = openStream(stream("}U\u0001a" + view + "s", "}", "]U\u00010a"), 6)) {
            assertThat(file.require("a", "test", 2).toFloats()).containsExactly(3, 4);
        }
        String outside = view.replace("K\u0003K\u0002tt", "K\u0005K\u0002tt");
        assertThatThrownBy(
                        () -> openStream(stream("}U\u0001a" + outside + "s", "}", "]U\u00010a"), 6))
                .hasMessageContaining("is in a part of a storage that does not exist");
    }

    @Test
    void refusesDamagedStreams() {
        String good = inStream(six());
        refusesStream("}.", 6, "is a pickle, but not one that torch.save wrote");
        refusesStream(stream(good, "}", "]U\u00010a"), 7, "storage '0' has 7 elements of 4 bytes");
        refusesStream(stream(good, "}", "]U\u00010a"), -1, "storage '0' has -1 elements");
        refusesStream(stream(good, "}", "]U\u00010a"), 5, "should have 24 bytes and has 20");
        refusesStream(stream(good, "}", "]U\u00019a"), 6, "'9' is listed, but not described once");
        refusesStream(stream(good, "}", "]U\u00010aU\u00010a"), 0, "'0' is listed, but not");
        refusesStream(stream(good, "}", "]"), 6, "in storage '0', which the file does not have");
        refusesStream(stream(good, "}", "N"), 6, "its list of storages is None");
        refusesStream(
                stream(good, "ctorch\nSize\n", "]"),
                6,
                "the machine's facts, byte 17: asks for torch.Size");
    }

    private static void refusesStream(String pickles, long elements, String message) {
        assertThatThrownBy(() -> openStream(pickles, elements))
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[x/a.pt] ")
                .hasMessageContaining(message);
    }
}
