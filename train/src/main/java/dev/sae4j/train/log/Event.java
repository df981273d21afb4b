package dev.sae4j.train.log;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// TensorBoard's protobuf messages, as far as scalars need them.
///
/// `Event`: 1 `wall_time` double, 2 `step` int64, 3 `file_version` string, 5 `summary` message.
/// `Summary`: 1 `value`, repeated message of 1 `tag` string, 2 `simple_value` float.
final class Event {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Event() {}

    /// The first event of a file.
    ///
    /// @param wallTime seconds since 1970
    static byte[] fileVersion(double wallTime) {
        return new Event()
                .number(1, wallTime)
                .bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8))
                .out
                .toByteArray();
    }

    /// @param wallTime seconds since 1970
    static byte[] scalars(double wallTime, long step, Map<String, Float> values) {
        var summary = new Event();
        values.forEach((tag, value) ->
                summary.bytes(
                        1,
                        new Event()
                                .bytes(1, tag.getBytes(StandardCharsets.UTF_8))
                                .number(2, value)
                                .out
                                .toByteArray()));
        return new Event()
                .number(1, wallTime)
                .number(2, step)
                .bytes(5, summary.out.toByteArray())
                .out
                .toByteArray();
    }

    /// The step of an event; 0 if it has none, -1 if these bytes are no event.
    static long step(byte[] event) {
        ByteBuffer in = ByteBuffer.wrap(event).order(ByteOrder.LITTLE_ENDIAN);
        try {
            long step = 0;
            while (in.hasRemaining()) {
                long key = varint(in);
                switch ((int) (key & 7)) {
                    case VARINT -> {
                        long value = varint(in);
                        step = key >>> 3 == 2 ? value : step;
                    }
                    case FIXED64 -> in.getLong();
                    case BYTES -> {
                        long length = varint(in);
                        in.position(Math.toIntExact(in.position() + length));
                    }
                    case FIXED32 -> in.getInt();
                    default -> {
                        return -1;
                    }
                }
            }
            return step;
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            return -1;
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new ArithmeticException("a number of more than 64 bits");
    }

    private Event number(int field, double value) {
        key(field, FIXED64);
        return fixed(Long.BYTES, Double.doubleToRawLongBits(value));
    }

    private Event number(int field, float value) {
        key(field, FIXED32);
        return fixed(Float.BYTES, Float.floatToRawIntBits(value));
    }

    private Event number(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    private Event bytes(int field, byte[] value) {
        key(field, BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private void key(int field, int type) {
        varint(((long) field << 3) | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private Event fixed(int bytes, long bits) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> (8 * i)));
        }
        return this;
    }
}
