package dev.sae4j.io;

import java.math.BigInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads the value of one key of a GGUF file.
///
/// Types: 0 `u8`, 1 `i8`, 2 `u16`, 3 `i16`, 4 `u32`, 5 `i32`, 6 `f32`, 7 bool (a byte, 0 or 1), 8
/// string, 9 array (`u32` type, `u64` number, values), 10 `u64`, 11 `i64`, 12 `f64`.
final class GgufValues {
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int MAX_DEPTH = 4;

    /// Bytes of the types above; those of strings and arrays are the least they can have.
    private static final int[] LEAST = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final GgufReader in;
    private final String key;

    GgufValues(GgufReader in, String key) {
        this.in = in;
        this.key = key;
    }

    JsonNode read() {
        return value(type(), 0);
    }

    private int type() {
        int type = in.i32();
        if (type < 0 || type >= LEAST.length) {
            throw in.bad(
                    "key '%s' has a value of type %s: types 0 to %d are known"
                            .formatted(key, Integer.toUnsignedString(type), LEAST.length - 1));
        }
        return type;
    }

    private JsonNode value(int type, int depth) {
        return switch (type) {
            case 0 -> NODES.numberNode(in.u8());
            case 1 -> NODES.numberNode((int) (byte) in.u8());
            case 2 -> NODES.numberNode(in.u16());
            case 3 -> NODES.numberNode((int) (short) in.u16());
            case 4 -> NODES.numberNode(Integer.toUnsignedLong(in.i32()));
            case 5 -> NODES.numberNode(in.i32());
            case 6 -> NODES.numberNode(Float.intBitsToFloat(in.i32()));
            case 7 -> truth(in.u8());
            case STRING -> NODES.stringNode(in.string(key));
            case ARRAY -> array(depth);
            case 10 -> unsigned(in.i64());
            case 11 -> NODES.numberNode(in.i64());
            default -> NODES.numberNode(Double.longBitsToDouble(in.i64()));
        };
    }

    private JsonNode truth(int value) {
        if (value > 1) {
            throw in.bad("key '%s' has %d where true or false belongs".formatted(key, value));
        }
        return NODES.booleanNode(value == 1);
    }

    private static JsonNode unsigned(long value) {
        return value >= 0
                ? NODES.numberNode(value)
                : NODES.numberNode(new BigInteger(Long.toUnsignedString(value)));
    }

    private JsonNode array(int depth) {
        int type = type();
        long count = in.i64();
        if (count < 0 || count > in.left() / LEAST[type]) {
            throw in.bad(
                    "key '%s' has an array of %s values, but %d bytes follow: damaged"
                            .formatted(key, Long.toUnsignedString(count), in.left()));
        }
        if (depth == MAX_DEPTH) {
            throw in.bad("key '%s' has arrays nested deeper than %d".formatted(key, MAX_DEPTH));
        }
        in.spend(key, count);
        ArrayNode array = NODES.arrayNode((int) count);
        for (long i = 0; i < count; i++) {
            array.add(value(type, depth + 1));
        }
        return array;
    }
}
