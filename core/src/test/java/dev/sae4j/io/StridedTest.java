package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.Gen;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StridedTest {
    /// Element by element, by the definition.
    private static byte[] plain(
            byte[] source, long offset, long[] sizes, long[] strides, int item, boolean swap) {
        int elements = (int) Tensor.product(sizes);
        byte[] target = new byte[elements * item];
        for (int e = 0; e < elements; e++) {
            long at = offset;
            long rest = e;
            for (int i = sizes.length - 1; i >= 0; i--) {
                at += rest % sizes[i] * strides[i];
                rest /= sizes[i];
            }
            for (int b = 0; b < item; b++) {
                target[e * item + b] = source[(int) at * item + (swap ? item - 1 - b : b)];
            }
        }
        return target;
    }

    @Test
    void copiesAnyViewInRowMajorOrder() {
        Gen.forAll(
                400,
                random -> {
                    int dims = random.nextInt(5);
                    long[] sizes = new long[dims];
                    long[] strides = new long[dims];
                    for (int i = 0; i < dims; i++) {
                        sizes[i] = random.nextInt(20) == 0 ? 0 : 1L + random.nextInt(9);
                        strides[i] = random.nextInt(30);
                    }
                    check(random, random.nextInt(7), sizes, strides);
                });
    }

    @Test
    void copiesTransposesLargerThanATile() {
        Gen.forAll(
                20,
                random -> {
                    long rows = 1L + random.nextInt(100);
                    long columns = 1L + random.nextInt(100);
                    check(
                            random,
                            3,
                            new long[] {2, columns, rows},
                            new long[] {rows * columns, 1, columns});
                });
    }

    private static void check(SplittableRandom random, long offset, long[] sizes, long[] strides) {
        int item = 1 << random.nextInt(4);
        boolean swap = random.nextBoolean();
        Strided strided = new Strided(offset, sizes, strides);
        byte[] source = new byte[(int) Math.max(strided.end(), 1) * item];
        random.nextBytes(source);
        byte[] target = new byte[(int) strided.elements() * item];
        strided.copy(MemorySegment.ofArray(source), item, swap, MemorySegment.ofArray(target));
        byte[] expected = plain(source, offset, sizes, strides, item, swap);
        assertThat(target).isEqualTo(expected);
        if (strided.isContiguous() && !swap && target.length > 0) {
            assertThat(source).endsWith(target);
        }
    }

    @Test
    void knowsWhatLiesInOrder() {
        assertThat(new Strided(5, new long[] {2, 3}, new long[] {3, 1}).isContiguous()).isTrue();
        assertThat(new Strided(5, new long[] {1, 3}, new long[] {9, 1}).isContiguous()).isTrue();
        assertThat(new Strided(5, new long[] {3, 2}, new long[] {1, 3}).isContiguous()).isFalse();
        assertThat(new Strided(5, new long[] {3}, new long[] {0}).isContiguous()).isFalse();
        assertThat(new Strided(5, new long[0], new long[0]).isContiguous()).isTrue();
        long huge = 1L << 40;
        assertThat(new Strided(5, new long[] {0, huge, huge}, new long[] {7, 7, 7}).end()).isZero();
    }

    @Test
    void refusesPlacesBeyond64Bits() {
        long huge = Long.MAX_VALUE / 2;
        assertThatThrownBy(() -> new Strided(0, new long[] {huge, 3}, new long[] {0, 0}))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> new Strided(0, new long[] {4}, new long[] {huge}))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> new Strided(Long.MAX_VALUE, new long[] {1}, new long[] {1}))
                .isInstanceOf(ArithmeticException.class);
    }
}
