package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.DType;
import dev.sae4j.testing.Gen;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ConversionTest {
    @Test
    void agreesWithItsScalarTwin() {
        Gen.forAll(
                200,
                random -> {
                    int n = random.nextInt(1, 70);
                    float[] x = new float[n + 3];
                    for (int i = 0; i < x.length; i++) {
                        float any = Float.intBitsToFloat(random.nextInt());
                        x[i] =
                                Float.isFinite(any)
                                        ? any
                                        : 1 + 1 / 256f; // a tie between bf16 values
                    }
                    for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F32}) {
                        byte[] fast = new byte[(n + 2) * dtype.bytes()];
                        byte[] slow = fast.clone();
                        Conversion.fromFloats(dtype, x, 3, n, MemorySegment.ofArray(fast), 2);
                        dtype.fromFloats(x, 3, n, MemorySegment.ofArray(slow), 2);
                        assertThat(fast).isEqualTo(slow);
                        float[] wide = new float[n + 1];
                        float[] twin = new float[n + 1];
                        Conversion.toFloats(dtype, MemorySegment.ofArray(fast), 2, wide, 1, n);
                        dtype.toFloats(MemorySegment.ofArray(fast), 2, twin, 1, n);
                        assertThat(wide).isEqualTo(twin);
                    }
                });
    }
}
