package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantisedTest {
    @Test
    void widensBytesWithOneScale() {
        byte[] block = new byte[DType.Q8_K.blockBytes()];
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.1f);
        block[4] = -128;
        block[4 + 255] = 127;
        block[4 + 256] = 55; // a sum, not an element
        float[] values = new float[256];
        DType.Q8_K.toFloats(MemorySegment.ofArray(block), 0, values, 0, 256);
        assertThat(values).startsWith(0.1f * -128, 0).endsWith(0, 0.1f * 127);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = "I?Q.*")
    void widensAnyPartAsItWidensTheWhole(DType dtype) {
        int blocks = 150; // more than are widened at once
        Gen.forAll(
                20,
                random -> {
                    byte[] bytes = new byte[blocks * dtype.blockBytes()];
                    random.nextBytes(bytes);
                    MemorySegment source = MemorySegment.ofArray(bytes);
                    float[] whole = new float[blocks * dtype.blockElements()];
                    dtype.toFloats(source, 0, whole, 0, whole.length);
                    int from = random.nextInt(whole.length);
                    int count = random.nextInt(whole.length - from + 1);
                    float[] part = new float[count + 5];
                    Arrays.fill(part, 7);
                    dtype.toFloats(source, from, part, 3, count);
                    assertThat(Arrays.copyOfRange(part, 3, 3 + count))
                            .isEqualTo(Arrays.copyOfRange(whole, from, from + count));
                    assertThat(new float[] {part[0], part[2], part[count + 3], part[count + 4]})
                            .containsOnly(7);
                });
    }
}
