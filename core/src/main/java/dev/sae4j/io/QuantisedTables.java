package dev.sae4j.io;

/// The block types of GGUF whose 4-bit numbers are places in a table of values. Each method widens
/// one block, from byte `at` of `b` to element `to` of `y`; `d` is F16.
final class QuantisedTables {
    /// What each nibble stands for: denser around zero, where most weights are.
    private static final float[] VALUES = {
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
    };

    private QuantisedTables() {}

    /// `d`, 16 bytes of nibbles: low ones are elements 0 to 15, high ones 16 to 31.
    /// `y = d VALUES[q]`.
    static void iq4(byte[] b, int at, float[] y, int to) {
        lookUp(QuantisedBlocks.half(b, at), b, at + 2, y, to);
    }

    /// `d`; `u16` with two high bits of each of 8 scales, lowest first; 4 bytes with their low
    /// nibbles; per scale 16 bytes of nibbles as IQ4_NL. `y = d (scale - 32) VALUES[q]`.
    static void iq4Xs(byte[] b, int at, float[] y, int to) {
        float d = QuantisedBlocks.half(b, at);
        int high = (b[at + 2] & 255) | (b[at + 3] << 8);
        for (int group = 0; group < 8; group++) {
            int low = (b[at + 4 + group / 2] >> (group % 2 * 4)) & 15;
            float scale = d * ((low | (((high >> (group * 2)) & 3) << 4)) - 32);
            lookUp(scale, b, at + 8 + group * 16, y, to + group * 32);
        }
    }

    private static void lookUp(float scale, byte[] b, int at, float[] y, int to) {
        for (int j = 0; j < 16; j++) {
            y[to + j] = scale * VALUES[b[at + j] & 15];
            y[to + 16 + j] = scale * VALUES[(b[at + j] >> 4) & 15];
        }
    }
}
