package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Numbers of eight bits against what torch 2.12 makes of the same bytes.
class Float8Test {
    @ParameterizedTest
    @CsvSource({
        "F8_E4M3, 0x01, 0x1p-9",
        "F8_E4M3, 0x38, 1",
        "F8_E4M3, 0x7e, 448",
        "F8_E4M3, 0xfe, -448",
        "F8_E4M3, 0x7f, NaN",
        "F8_E4M3, 0x80, -0.0",
        "F8_E5M2, 0x01, 0x1p-16",
        "F8_E5M2, 0x3c, 1",
        "F8_E5M2, 0x7b, 57344",
        "F8_E5M2, 0x7c, Infinity",
        "F8_E5M2, 0xff, NaN",
        "F8_E4M3FNUZ, 0x01, 0x1p-10",
        "F8_E4M3FNUZ, 0x40, 1",
        "F8_E4M3FNUZ, 0x7f, 240",
        "F8_E4M3FNUZ, 0xff, -240",
        "F8_E4M3FNUZ, 0x80, NaN",
        "F8_E5M2FNUZ, 0x01, 0x1p-17",
        "F8_E5M2FNUZ, 0x40, 1",
        "F8_E5M2FNUZ, 0x7f, 57344",
        "F8_E5M2FNUZ, 0x80, NaN",
        "F8_E8M0, 0x00, 0x1p-127",
        "F8_E8M0, 0x7f, 1",
        "F8_E8M0, 0xfe, 0x1p127",
        "F8_E8M0, 0xff, NaN"
    })
    void widensAsTorchDoes(DType type, String bits, String value) {
        byte[] one = {(byte) Integer.decode(bits).intValue()};
        float[] found = new float[1];
        type.toFloats(MemorySegment.ofArray(one), 0, found, 0, 1);
        assertThat(found[0]).isEqualTo(Float.valueOf(value.contains("x1p") ? hex(value) : value));
    }

    /// `Float.valueOf` reads `0x1.0p-9`.
    private static String hex(String value) {
        return value.replace("0x1p", "0x1.0p");
    }

    @Test
    void complexNumbersAreHeldAndNotComputedWith() {
        assertThat(DType.C32.bytes()).isEqualTo(4);
        assertThat(DType.C64.bytes()).isEqualTo(8);
        assertThat(DType.C128.bytes()).isEqualTo(16);
        assertThat(DType.C128.isFloating()).isFalse();
    }
}
