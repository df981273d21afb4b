package dev.sae4j.io;

/// Widens numbers of eight bits.
final class Float8 {
    private Float8() {}

    /// @param type one of the `F8` types
    static float toFloat(DType type, byte bits) {
        return switch (type) {
            case F8_E5M2 -> Float.float16ToFloat((short) (bits << 8));
            case F8_E4M3 -> (bits & 0x7f) == 0x7f ? Float.NaN : signed(bits, 3, 7);
            case F8_E4M3FNUZ -> bits == (byte) 0x80 ? Float.NaN : signed(bits, 3, 8);
            case F8_E5M2FNUZ -> bits == (byte) 0x80 ? Float.NaN : signed(bits, 2, 16);
            case F8_E8M0 -> bits == (byte) 0xff ? Float.NaN : Math.scalb(1f, (bits & 0xff) - 127);
            default -> throw new IllegalArgumentException(type + " has no eight bits");
        };
    }

    /// A sign, an exponent and a mantissa, without special values.
    ///
    /// @param mantissaBits bits below the exponent
    /// @param bias what the exponent is stored more than
    private static float signed(byte bits, int mantissaBits, int bias) {
        int exponent = (bits & 0x7f) >> mantissaBits;
        int mantissa = bits & ((1 << mantissaBits) - 1);
        float value =
                exponent == 0
                        ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                        : Math.scalb(
                                (float) (mantissa + (1 << mantissaBits)),
                                exponent - bias - mantissaBits);
        return bits < 0 ? -value : value;
    }
}
