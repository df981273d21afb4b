package dev.sae4j.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Damages files the way transfers, disks and people with bad intentions do.
final class Mutations {
    /// Numbers at the edges of what lengths, counts and offsets may be.
    private static final long[] EDGES = {
        0,
        1,
        -1,
        7,
        255,
        0x7fff,
        0xffff,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE / 4
    };

    /// Pieces of text that mean something in the headers and configurations of these formats.
    private static final String[] WORDS = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "-1",
        "1e308",
        "NaN",
        "999999999999999999999",
        "0",
        "true",
        "\"topk\"",
        "\"jumprelu\"",
        "..",
        "/",
        "\u0000",
        "!!python/object",
        "&a",
        "*a",
        "cos\nsystem\n",
        "(S'x'\ntR.",
        "d_in",
        "k",
        "W_enc",
        "threshold",
        "F64",
        "BF16",
        "I32"
    };

    private Mutations() {}

    /// A damaged copy: one to four changes, mostly small ones, more often near the beginning and the
    /// end, where headers and directories are.
    static byte[] damaged(byte[] file, SplittableRandom random) {
        byte[] bytes = file.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bytes = changed(bytes, random);
        }
        return bytes;
    }

    private static byte[] changed(byte[] bytes, SplittableRandom random) {
        int n = bytes.length;
        if (n == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int at = place(n, random);
        switch (random.nextInt(10)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[at] = (byte) random.nextInt(256);
            case 3 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)], 4);
            case 4 -> put(bytes, at, EDGES[random.nextInt(EDGES.length)], 8);
            case 5 -> put(bytes, at, read(bytes, at) + random.nextInt(-2, 3), 8);
            case 6 -> {
                return spliced(bytes, at, WORDS[random.nextInt(WORDS.length)].getBytes(UTF_8), 0);
            }
            case 7 -> {
                byte[] word = WORDS[random.nextInt(WORDS.length)].getBytes(UTF_8);
                return spliced(bytes, at, word, Math.min(word.length, n - at));
            }
            case 8 -> {
                int length = random.nextInt(Math.min(64, n - at) + 1);
                return spliced(bytes, at, new byte[0], length);
            }
            default -> {
                int from = place(n, random);
                int length = random.nextInt(Math.min(64, n - from) + 1);
                return spliced(bytes, at, Arrays.copyOfRange(bytes, from, from + length), 0);
            }
        }
        return bytes;
    }

    private static int place(int n, SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(Math.min(n, 64));
            case 1 -> random.nextInt(Math.min(n, 1024));
            case 2 -> n - 1 - random.nextInt(Math.min(n, 512));
            default -> random.nextInt(n);
        };
    }

    private static void put(byte[] bytes, int at, long value, int width) {
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
        }
    }

    private static long read(byte[] bytes, int at) {
        byte[] eight =
                Arrays.copyOf(Arrays.copyOfRange(bytes, at, Math.min(at + 8, bytes.length)), 8);
        return ByteBuffer.wrap(eight).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] insert, int removed) {
        byte[] result = new byte[bytes.length - removed + insert.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(insert, 0, result, at, insert.length);
        System.arraycopy(
                bytes, at + removed, result, at + insert.length, bytes.length - at - removed);
        return result;
    }
}
