package dev.sae4j.train.engine;

/// Floats rounded to what bfloat16 can hold.
final class BFloat16 {
    private BFloat16() {}

    /// The nearest bfloat16 number, halves to even.
    static float round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fff_ffff) > 0x7f80_0000) {
            return Float.NaN;
        }
        int rounded = bits + 0x7fff + ((bits >>> 16) & 1);
        return Float.intBitsToFloat(rounded & 0xffff_0000);
    }
}
