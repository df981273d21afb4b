package dev.sae4j.io;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes plain values as a pickle of protocol 2, the one that torch reads with `weights_only`.
///
/// Nothing is memoised, so equal values are written out each time: the same values always give the
/// same bytes.
final class PickleWriter {
    private static final int MARK = '(';

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter() {
        out.write(0x80);
        out.write(2);
    }

    /// Ends the pickle.
    byte[] finish() {
        out.write('.');
        return out.toByteArray();
    }

    void mark() {
        out.write(MARK);
    }

    void none() {
        out.write('N');
    }

    void truth(boolean value) {
        out.write(value ? 0x88 : 0x89);
    }

    void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        little(utf8.length, 4);
        out.writeBytes(utf8);
    }

    void number(double value) {
        out.write('G');
        out.writeBytes(
                ByteBuffer.allocate(Double.BYTES)
                        .order(ByteOrder.BIG_ENDIAN)
                        .putDouble(value)
                        .array());
    }

    void number(long value) {
        if (value >= 0 && value < 1 << 8) {
            out.write('K');
            little(value, 1);
        } else if (value >= 0 && value < 1 << 16) {
            out.write('M');
            little(value, 2);
        } else if (value == (int) value) {
            out.write('J');
            little(value, 4);
        } else {
            byte[] big = BigInteger.valueOf(value).toByteArray();
            out.write(0x8a);
            out.write(big.length);
            for (int i = big.length - 1; i >= 0; i--) {
                out.write(big[i]);
            }
        }
    }

    private void little(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }

    /// A class or function, to be called or named.
    void global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// What was written since the mark becomes a tuple.
    void tuple() {
        out.write('t');
    }

    void tuple(long... numbers) {
        mark();
        for (long number : numbers) {
            number(number);
        }
        tuple();
    }

    /// Calls the function below the tuple written last.
    void call() {
        out.write('R');
    }

    /// The tuple written last names something outside the pickle.
    void persistent() {
        out.write('Q');
    }

    void orderedDict() {
        global("collections", "OrderedDict");
        out.write(')');
        call();
    }

    void emptyDict() {
        out.write('}');
    }

    /// Keys and values written since the mark go into the dictionary below it.
    void setItems() {
        out.write('u');
    }

    void emptyList() {
        out.write(']');
    }

    /// What was written since the mark goes to the end of the list below it.
    void append() {
        out.write('e');
    }

    /// Text, a number, a truth value or null.
    ///
    /// @throws IllegalArgumentException for anything else
    void value(@Nullable Object value) {
        switch (value) {
            case null -> none();
            case String text -> text(text);
            case Boolean truth -> truth(truth);
            case Integer number -> number(number.longValue());
            case Long number -> number(number.longValue());
            case Double number -> number(number.doubleValue());
            case Float number -> number(number.doubleValue());
            default ->
                    throw new IllegalArgumentException(
                            "a checkpoint cannot hold a " + value.getClass().getName());
        }
    }
}
