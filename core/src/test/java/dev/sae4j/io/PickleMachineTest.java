package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Pickles are written here as Latin-1 text, one character a byte.
class PickleMachineTest {
    private static final Path FILE = Path.of("models", "x.pt");

    private static PickleMachine machine(String pickle, PickleContext context) {
        byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
        return new PickleMachine(FILE, "data.pkl", MemorySegment.ofArray(bytes), 0, context);
    }

    private static Object load(String pickle) {
        return machine(pickle, TorchGlobals.context()).load();
    }

    private static String nul(int count) {
        return "\0".repeat(count);
    }

    @Test
    void readsNumbersOfEveryProtocol() {
        assertThat(load("I12\n.")).isEqualTo(12L);
        assertThat(load("I-7\n.")).isEqualTo(-7L);
        assertThat(load("I01\n.")).isEqualTo(true);
        assertThat(load("I00\n.")).isEqualTo(false);
        assertThat(load("L99999999999999999999L\n."))
                .isEqualTo(new BigInteger("99999999999999999999"));
        assertThat(load("J\u00ff\u00ff\u00ff\u00ff.")).isEqualTo(-1L);
        assertThat(load("K\u00ff.")).isEqualTo(255L);
        assertThat(load("M\u0000\u0001.")).isEqualTo(256L);
        assertThat(load("\u008a\u0000.")).isEqualTo(0L);
        assertThat(load("\u008a\u0002\u0000\u0080.")).isEqualTo(-32768L);
        assertThat(load("\u008b\u0009\0\0\0" + nul(8) + "\u0001."))
                .isEqualTo(BigInteger.ONE.shiftLeft(64));
        assertThat(load("F-1.5e3\n.")).isEqualTo(-1500.0);
        assertThat(load("Fnan\n.")).isEqualTo(Double.NaN);
        assertThat(load("G?\u00f8" + nul(6) + ".")).isEqualTo(1.5);
        assertThat(load("N.")).isEqualTo(Pickled.None.NONE);
        assertThat(load("\u0088.")).isEqualTo(true);
    }

    @Test
    void readsTextOfEveryProtocol() {
        assertThat(load("S'a\\n\\x41\"'\n.")).isEqualTo("a\nA\"");
        assertThat(load("S'\\xff'\n.")).isEqualTo(new byte[] {-1});
        assertThat(load("T\u0002\0\0\0ab.")).isEqualTo("ab");
        assertThat(load("U\u0002ab.")).isEqualTo("ab");
        assertThat(load("V\\u20ac\\U0001f600 \u00e9\\\n.")).isEqualTo("€😀 é\\");
        assertThat(load("X\u0002\0\0\0\u00c3\u00a9.")).isEqualTo("é");
        assertThat(load("\u008c\u0001z.")).isEqualTo("z");
        assertThat(load("\u008d\u0001" + nul(7) + "z.")).isEqualTo("z");
        assertThat(load("C\u0002ab.")).isEqualTo(new byte[] {'a', 'b'});
        assertThat(load("B\u0001\0\0\0b.")).isEqualTo(new byte[] {'b'});
        assertThat(load("\u0096\u0001" + nul(7) + "b.")).isEqualTo(new byte[] {'b'});
    }

    @Test
    void readsContainers() {
        assertThat(load("(lK\u0001a.")).isEqualTo(List.of(1L));
        assertThat(load("](K\u0001K\u0002e.")).isEqualTo(List.of(1L, 2L));
        assertThat(load("(K\u0001K\u0002t.")).isEqualTo(new Pickled.Tuple(List.of(1L, 2L)));
        assertThat(load("K\u0001K\u0002K\u0003\u0087."))
                .isEqualTo(new Pickled.Tuple(List.of(1L, 2L, 3L)));
        assertThat(load("(U\u0001aK\u0001d.")).isEqualTo(dict("a", 1L));
        assertThat(load("}U\u0001aK\u0001s.")).isEqualTo(dict("a", 1L));
        assertThat(load("}(U\u0001aK\u0001u.")).isEqualTo(dict("a", 1L));
        assertThat(load("\u008f(K\u0001\u0090.")).isEqualTo(new Pickled.Items(List.of(1L)));
        assertThat(load("(K\u0001\u0091.")).isEqualTo(new Pickled.Items(List.of(1L)));
    }

    private static Pickled.Dict dict(Object key, Object value) {
        return new Pickled.Dict(Map.of(key, value));
    }

    @Test
    void remembersAndRecalls() {
        assertThat(load("K\u0005q\u0003K\u0006h\u0003\u0087."))
                .isEqualTo(new Pickled.Tuple(List.of(5L, 6L, 5L)));
        assertThat(load("K\u0005\u0094p9\n0g9\n.")).isEqualTo(5L);
        assertThat(load("K\u0005r\u00ff\u00ff\u00ff\u00ff0j\u00ff\u00ff\u00ff\u00ff."))
                .isEqualTo(5L);
        assertThat(load("K\u00052\u0086.")).isEqualTo(new Pickled.Tuple(List.of(5L, 5L)));
        assertThat(load("K\u0005(K\u00061.")).isEqualTo(5L);
        assertThat(load("K\u0005(0.")).isEqualTo(5L);
    }

    @Test
    void makesPlainValuesOfAllowedClasses() {
        assertThat(load("ccollections\nOrderedDict\n)R(U\u0001aK\u0001u}U\u0001bNsb."))
                .as("attributes are left out")
                .isEqualTo(dict("a", 1L));
        assertThat(load("c__builtin__\nset\n](K\u0001e\u0085R."))
                .isEqualTo(new Pickled.Items(List.of(1L)));
        assertThat(load("\u008c\u0008builtins\u008c\u0005bytes\u0093)\u0081."))
                .isEqualTo(new byte[0]);
        assertThat(load("c_codecs\nencode\nX\u0002\0\0\0\u00c3\u00bfX\u0006\0\0\0latin1\u0086R."))
                .isEqualTo(new Pickled.Latin1("ÿ"));
        assertThat(load("ctorch\ndevice\nU\u0004cudaK\u0001\u0086R.")).isEqualTo("cuda:1");
        assertThat(load("ctorch\nfloat32\n.")).hasToString("torch.float32");
        assertThat(load("ctorch\nSize\n(K\u0001t\u0085R."))
                .isEqualTo(new Pickled.Tuple(List.of(1L)));
    }

    @Test
    void readsNumpyScalarsInBothByteOrders() {
        String scalar = "cnumpy._core.multiarray\nscalar\ncnumpy\ndtype\nU\u0002f8\u0085R";
        assertThat(load(scalar + "C\u0008" + nul(6) + "\u00f8?\u0086R.")).isEqualTo(1.5);
        String big = "(K\u0003U\u0001>tb";
        assertThat(load(scalar + big + "C\u0008?\u00f8" + nul(6) + "\u0086R.")).isEqualTo(1.5);
        assertThatThrownBy(() -> load(scalar + "C\u0001a\u0086R."))
                .hasMessageContaining("numpy scalar of the wrong size");
        assertThatThrownBy(() -> load("cnumpy\ndtype\nU\u0002O8\u0085R."))
                .hasMessageContaining("a value of numpy that is not a plain number");
    }

    @Test
    void readsPicklesOneAfterTheOther() {
        byte[] two = "K\u0001.K\u0002.".getBytes(StandardCharsets.ISO_8859_1);
        var first =
                new PickleMachine(
                        FILE, "first", MemorySegment.ofArray(two), 0, PickleContext.NOTHING);
        assertThat(first.load()).isEqualTo(1L);
        assertThat(first.end()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "posix, system",
        "builtins, eval",
        "__builtin__, exec",
        "torch.storage, _load_from_bytes",
        "torch, load",
        "torch.hub, load",
        "argparse, Namespace",
        "copyreg, _reconstructor",
        "collections, OrderedDict.__init__"
    })
    void refusesAPickleThatCallsAFunction(String module, String name) {
        String reason =
                "asks for %s.%s: only tensors and plain values are read, and nothing in a file is executed"
                        .formatted(module, name);
        assertThatThrownBy(() -> load("c" + module + "\n" + name + "\n)R."))
                .hasMessageStartingWith("[models/x.pt] data.pkl, byte 0: " + reason);
        assertThatThrownBy(() -> load("V" + module + "\nV" + name + "\n\u0093)R."))
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "_rebuild_qtensor | holds a quantised tensor",
                "_rebuild_sparse_tensor | holds a sparse tensor",
                "_rebuild_nested_tensor | holds a nested tensor",
                "_rebuild_wrapper_subclass | asks for torch._utils._rebuild_wrapper_subclass"
            })
    void saysWhichTensorsItDoesNotRead(String function, String reason) {
        assertThatThrownBy(() -> load("ctorch._utils\n" + function + "\n)R."))
                .hasMessageContaining(reason);
    }

    @Test
    void headersOfStreamsMayNameNothing() {
        assertThatThrownBy(
                        () -> machine("ccollections\nOrderedDict\n.", PickleContext.NOTHING).load())
                .hasMessageContaining("asks for collections.OrderedDict");
    }

    @ParameterizedTest
    @ValueSource(strings = {"i", "o", "P", "\u0082", "\u0083", "\u0084", "\u0092", "\u0097"})
    void refusesInstructionsThatOnlyCodeNeeds(String instruction) {
        assertThatThrownBy(() -> load("N" + instruction + "posix\nsystem\n."))
                .hasMessageContaining("data.pkl, byte 1: has the instruction ")
                .hasMessageContaining("nothing in a file is executed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\u0080c. | byte 0: is written in pickle protocol 99; 0 to 5 are read",
                "N\u00fe. | byte 1: has no instruction 254",
                ". | byte 0: uses a value that was never built",
                "K\u0001(\u0085. | byte 3: uses a value that was never built",
                "t. | byte 0: ends a group of values that was never begun",
                "h\u0007. | byte 0: recalls memo 7, which was never stored",
                "K | byte 0: needs 1 bytes where 0 are left",
                "N | byte 1: needs 1 bytes where 0 are left",
                "U\u0005ab. | byte 0: needs 5 bytes where 3 are left",
                "T\u00ff\u00ff\u00ff\u00ffab. | byte 0: needs 18446744073709551615 bytes",
                "X\u00ff\u00ff\u00ff\u00ffab. | byte 0: needs 4294967295 bytes where 3 are left",
                "U\u0001aX\u0001\u0000\u0000\u0000\u00ff. | byte 3: has text that is not UTF-8",
                "I12 | byte 0: ends in the middle of a line",
                "Ix~. | byte 0: has 'x' for a whole number",
                "Fx~. | byte 0: has 'x' for a number",
                "Sx~. | byte 0: has a string without quotes",
                "g-1~. | byte 0: has the memo index '-1'",
                "NK\u0001a. | byte 3: appends to None",
                "]K\u0001K\u0002s. | byte 5: sets an item of a list",
                "}(K\u0001u. | byte 4: has a key without a value",
                "}]K\u0001s. | byte 4: a dictionary key is a list",
                "NN\u0085R. | byte 3: calls None",
                "ccollections~OrderedDict~NR. | byte 26: the list of arguments is None",
                "]}b. | byte 2: sets the state of a list: not read",
                "U\u0001aQ. | byte 3: a persistent id is text",
                "U\u0006moduleK\u0001\u0086Q. | refers to something other than a storage"
            })
    void namesThePlaceOfWhatItCannotRead(String pickle, String message) {
        assertThatThrownBy(() -> load(pickle.replace('~', '\n')))
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[models/x.pt] data.pkl, byte ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesNumbersThatTakeLongToPrint() {
        assertThatThrownBy(() -> load("L" + "9".repeat(3000) + "L\n."))
                .hasMessageContaining("a number of 3000 digits");
        assertThatThrownBy(() -> load("\u008b\0\u0010\0\0" + nul(4096) + "."))
                .hasMessageContaining("a whole number of 4096 bytes");
    }

    @Test
    void refusesProgramsWithoutEnd() {
        assertThatThrownBy(() -> load("N0".repeat(3_000_000)))
                .hasMessageContaining("has more than 4194304 instructions");
    }

    @Test
    void nestsWithoutRecursion() {
        Object value = load("]".repeat(500_000) + "a".repeat(499_999) + ".");
        for (int i = 0; i < 499_999; i++) {
            value = ((ArrayList<?>) value).getFirst();
        }
        assertThat((ArrayList<?>) value).isEmpty();
    }
}
