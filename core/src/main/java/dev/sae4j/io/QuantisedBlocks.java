package dev.sae4j.io;

/// The "K" block types of GGUF: 256 elements, in 8 or 16 groups with scales of their own. Each
/// method widens one block, from byte `at` of `b` to element `to` of `y`; layouts list the parts of
/// a block in their order. `d` and `m` are F16; `l` counts the elements of a group.
final class QuantisedBlocks {
    private QuantisedBlocks() {}

    static float half(byte[] b, int at) {
        return Float.float16ToFloat((short) ((b[at] & 255) | (b[at + 1] << 8)));
    }

    static int word(byte[] b, int at) {
        return (b[at] & 255)
                | ((b[at + 1] & 255) << 8)
                | ((b[at + 2] & 255) << 16)
                | (b[at + 3] << 24);
    }

    /// 16 bytes, per group of 16 elements the scale (low nibble) and the minimum (high nibble); 64
    /// bytes of 2-bit numbers; `d`; `m`. Byte `l` of each 32 holds elements `l`, `l + 32`, `l + 64`
    /// and `l + 96` of a half. `y = d scale q - m minimum`.
    static void q2(byte[] b, int at, float[] y, int to) {
        float d = half(b, at + 80);
        float m = half(b, at + 82);
        for (int group = 0; group < 16; group++) {
            float scale = d * (b[at + group] & 15);
            float least = m * ((b[at + group] >> 4) & 15);
            int quants = at + 16 + group / 8 * 32 + group % 2 * 16;
            int shift = group % 8 / 2 * 2;
            int y0 = to + group * 16;
            for (int l = 0; l < 16; l++) {
                y[y0 + l] = scale * ((b[quants + l] >> shift) & 3) - least;
            }
        }
    }

    /// 32 bytes of third bits, 64 bytes of 2-bit numbers as Q2_K, 12 bytes with 16 scales of 6 bits
    /// (low nibbles of bytes 0 to 7, then high ones; two high bits each in bytes 8 to 11), `d`.
    /// Byte `i` of the third bits holds element `i` of each 32, lowest bit first; a bit that is not
    /// set takes 4 away. `y = d (scale - 32) q`.
    static void q3(byte[] b, int at, float[] y, int to) {
        float d = half(b, at + 108);
        int scales = at + 96;
        for (int group = 0; group < 16; group++) {
            int low = (b[scales + group % 8] >> (group / 8 * 4)) & 15;
            int high = (b[scales + 8 + group % 4] >> (group / 4 * 2)) & 3;
            float scale = d * ((low | (high << 4)) - 32);
            int bits = at + group % 2 * 16;
            int bit = group / 2;
            int quants = at + 32 + group / 8 * 32 + group % 2 * 16;
            int shift = group % 8 / 2 * 2;
            int y0 = to + group * 16;
            for (int l = 0; l < 16; l++) {
                int q = (((b[quants + l] >> shift) & 3) | (((b[bits + l] >> bit) & 1) << 2)) - 4;
                y[y0 + l] = scale * q;
            }
        }
    }

    /// `d`, `m`, 12 bytes of scales and minima ([#scale]), 128 bytes of nibbles: of each 32, low
    /// ones are one group of 32 elements, high ones the next. `y = d scale q - m minimum`.
    static void q4(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        float m = half(b, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scale(b, at + 4, group);
            float least = m * minimum(b, at + 4, group);
            int quants = at + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            int y0 = to + group * 32;
            for (int l = 0; l < 32; l++) {
                y[y0 + l] = scale * ((b[quants + l] >> shift) & 15) - least;
            }
        }
    }

    /// As Q4_K, with 32 bytes of fifth bits before the nibbles: bit `g` of byte `l` belongs to
    /// element `l` of group `g`.
    static void q5(byte[] b, int at, float[] y, int to) {
        float d = half(b, at);
        float m = half(b, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scale(b, at + 4, group);
            float least = m * minimum(b, at + 4, group);
            int bits = at + 16;
            int quants = at + 48 + group / 2 * 32;
            int shift = group % 2 * 4;
            int y0 = to + group * 32;
            for (int l = 0; l < 32; l++) {
                int q = ((b[quants + l] >> shift) & 15) | (((b[bits + l] >> group) & 1) << 4);
                y[y0 + l] = scale * q - least;
            }
        }
    }

    /// 128 bytes of nibbles, 64 bytes of pairs of high bits, 16 signed bytes of scales, `d`. Each
    /// half of 128 elements has 64 and 32 bytes: elements `l` and `l + 32` are the low nibbles,
    /// `l + 64` and `l + 96` the high ones of bytes `l` and `l + 32`; their high bits are in byte
    /// `l`, lowest first. Groups of 16 share a scale. `y = d scale (q - 32)`.
    static void q6(byte[] b, int at, float[] y, int to) {
        float d = half(b, at + 208);
        for (int group = 0; group < 16; group++) {
            float scale = d * b[at + 192 + group];
            int in = group % 8;
            int low = at + group / 8 * 64 + in % 4 * 16;
            int nibble = in / 4 * 4;
            int high = at + 128 + group / 8 * 32 + in % 2 * 16;
            int pair = in / 2 * 2;
            int y0 = to + group * 16;
            for (int l = 0; l < 16; l++) {
                int q = ((b[low + l] >> nibble) & 15) | (((b[high + l] >> pair) & 3) << 4);
                y[y0 + l] = scale * (q - 32);
            }
        }
    }

    /// `d` as F32, 256 signed bytes; 16 sums that only products use. `y = d q`.
    static void q8(byte[] b, int at, float[] y, int to) {
        float d = Float.intBitsToFloat(word(b, at));
        for (int l = 0; l < 256; l++) {
            y[to + l] = d * b[at + 4 + l];
        }
    }

    /// Scale of a group: 6 bits. Groups 0 to 3 have theirs in bytes 0 to 3; groups 4 to 7 have the
    /// low nibbles of bytes 8 to 11 and two high bits at the top of bytes 0 to 3.
    private static int scale(byte[] b, int at, int group) {
        return group < 4
                ? b[at + group] & 63
                : (b[at + group + 4] & 15) | (((b[at + group - 4] >> 6) & 3) << 4);
    }

    /// Minimum of a group: as [#scale], from bytes 4 to 7 and the high nibbles.
    private static int minimum(byte[] b, int at, int group) {
        return group < 4
                ? b[at + group + 4] & 63
                : ((b[at + group + 4] >> 4) & 15) | (((b[at + group] >> 6) & 3) << 4);
    }
}
