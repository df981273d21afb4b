package dev.sae4j.io;

import dev.sae4j.io.PickleContext.Constructor;
import dev.sae4j.io.Pickled.Dict;
import dev.sae4j.io.Pickled.Items;
import dev.sae4j.io.Pickled.Latin1;
import dev.sae4j.io.Pickled.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The classes and functions of Python itself, and of numpy, that stand for plain values.
///
/// Constructors keep what they are given and copy nothing: a small file may call them a million
/// times with the same large value.
final class PythonGlobals {
    /// By module and name.
    static final Map<String, Object> ALLOWED;

    static {
        Map<String, Object> all = new HashMap<>();
        all.put("collections.OrderedDict", (Constructor) PythonGlobals::orderedDict);
        all.put("_codecs.encode", (Constructor) PythonGlobals::encode);
        for (String builtins : List.of("builtins.", "__builtin__.")) { // Python 3 and 2
            all.put(builtins + "set", (Constructor) PythonGlobals::items);
            all.put(builtins + "frozenset", (Constructor) PythonGlobals::items);
            all.put(builtins + "bytes", (Constructor) PythonGlobals::bytes);
            all.put(builtins + "bytearray", (Constructor) PythonGlobals::bytes);
            all.put(builtins + "complex", (Constructor) PythonGlobals::complex);
        }
        all.put("numpy.dtype", (Constructor) NumpyType::of);
        all.put("numpy.core.multiarray.scalar", (Constructor) NumpyType::scalar);
        all.put("numpy._core.multiarray.scalar", (Constructor) NumpyType::scalar);
        ALLOWED = Map.copyOf(all);
    }

    private PythonGlobals() {}

    /// `()`: the items are set afterwards.
    private static Object orderedDict(List<Object> arguments) {
        if (!arguments.isEmpty()) {
            throw new PickleProblem("makes an OrderedDict in a way that only Python 2 knew");
        }
        return new Dict();
    }

    /// `(text, 'latin1')`: how protocol 2 writes bytes.
    private static Object encode(List<Object> arguments) {
        if (arguments.size() == 2
                && arguments.get(0) instanceof String text
                && isLatin1(arguments.get(1))) {
            return new Latin1(text);
        }
        throw new PickleProblem("encodes something other than text as latin1");
    }

    /// `()`, `(bytes)` or `(text, 'latin-1')`.
    private static Object bytes(List<Object> arguments) {
        if (arguments.isEmpty()) {
            return new byte[0];
        }
        if (arguments.size() == 1
                && (arguments.getFirst() instanceof byte[]
                        || arguments.getFirst() instanceof Latin1)) {
            return arguments.getFirst();
        }
        return encode(arguments);
    }

    private static boolean isLatin1(Object encoding) {
        return "latin1".equals(encoding) || "latin-1".equals(encoding);
    }

    /// `()` or `([item, ...])`.
    private static Object items(List<Object> arguments) {
        return new Items(
                arguments.isEmpty()
                        ? List.of()
                        : Pickled.sequence(arguments.getFirst(), "the items of a set"));
    }

    /// `(real, imaginary)`, which it also becomes.
    private static Object complex(List<Object> arguments) {
        if (arguments.size() == 2
                && arguments.get(0) instanceof Double
                && arguments.get(1) instanceof Double) {
            return new Tuple(arguments);
        }
        throw new PickleProblem("makes a complex number of other than two numbers");
    }
}
