package dev.sae4j.io;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The Python values that a pickle can hold here and that Java has no class of its own for.
///
/// The others are `String`, `Long`, `BigInteger`, `Double`, `Boolean`, `byte[]` and, for a Python
/// list, `ArrayList`. Values may contain each other or themselves: never compare, hash or print
/// them.
final class Pickled {
    private Pickled() {}

    /// Python's `None`.
    enum None {
        NONE
    }

    /// A tuple.
    record Tuple(List<Object> items) {}

    /// A set or frozenset; equal items are not merged.
    record Items(List<Object> items) {}

    /// Bytes as the text that protocol 2 writes them as, one character a byte.
    record Latin1(String text) {}

    /// A dict or OrderedDict.
    record Dict(Map<Object, Object> entries) {
        Dict() {
            this(new LinkedHashMap<>());
        }

        /// @throws PickleProblem if the key is not a plain value
        void put(Object key, Object value) {
            if (!isKey(key)) {
                throw new PickleProblem(
                        "a dictionary key is %s: only text and numbers are read as keys"
                                .formatted(describe(key)));
            }
            entries.put(key, value);
        }

        private static boolean isKey(Object key) {
            return key instanceof String
                    || key instanceof Number
                    || key instanceof Boolean
                    || key instanceof None;
        }
    }

    /// The items of a tuple or list.
    ///
    /// @throws PickleProblem if it is something else
    static List<Object> sequence(Object value, String what) {
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        if (value instanceof ArrayList<?> list) {
            @SuppressWarnings("unchecked") // the machine makes no lists of another kind
            List<Object> items = (List<Object>) list;
            return items;
        }
        throw new PickleProblem(what + " is " + describe(value) + ": expected a tuple");
    }

    /// What kind of value it is, for messages; does not look inside.
    static String describe(Object value) {
        return switch (value) {
            case None none -> "None";
            case String text -> "text";
            case Boolean truth -> "True or False";
            case Long number -> "a number";
            case BigInteger number -> "a number";
            case Double number -> "a number";
            case Tuple tuple -> "a tuple";
            case ArrayList<?> list -> "a list";
            case Items set -> "a set";
            case Dict dict -> "a dictionary";
            case Latin1 bytes -> "bytes";
            case byte[] bytes -> "bytes";
            case TorchObjects.ElementType type -> "a dtype";
            case TorchObjects.Storage storage -> "a storage without a tensor";
            case TorchObjects.View view -> "a tensor";
            default -> "a class or function";
        };
    }
}
