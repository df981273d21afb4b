package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Turns rows into columns, as products want their factors.
///
/// Squares of 16 x 16 floats (8 x 8 where vectors are shorter) are turned in registers: neighbours
/// at distance 1, 2, 4, 8 exchange halves, first rows `i` and `i + 1` their odd and even columns,
/// and so on. What is left over is moved float by float.
final class Transpose {
    private static final VectorSpecies<Float> SPECIES =
            Tile.LANES >= 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
    private static final int SIDE = SPECIES.length();
    private static final Exchange BY_1 = new Exchange(1);
    private static final Exchange BY_2 = new Exchange(2);
    private static final Exchange BY_4 = new Exchange(4);
    private static final Exchange BY_8 = new Exchange(8 % SIDE);

    private final float[] square = new float[SIDE * SIDE];

    /// How two rows exchange the columns whose number has the bit `distance`.
    private record Exchange(
            VectorShuffle<Float> up, VectorShuffle<Float> down, VectorMask<Float> upper) {
        Exchange(int distance) {
            this(
                    VectorShuffle.iota(SPECIES, SIDE - distance, 1, true),
                    VectorShuffle.iota(SPECIES, distance, 1, true),
                    VectorMask.fromLong(SPECIES, upper(distance)));
        }

        private static long upper(int distance) {
            long mask = 0;
            for (int i = 0; i < SIDE; i++) {
                mask |= (i & distance) != 0 ? 1L << i : 0;
            }
            return mask;
        }

        FloatVector first(FloatVector x, FloatVector y) {
            return x.blend(y.rearrange(up), upper);
        }

        FloatVector second(FloatVector x, FloatVector y) {
            return x.rearrange(down).blend(y, upper);
        }
    }

    /// `to[toAt + k * toStride + r] = from[at + r * stride + k]`, minus `subtracted[minusAt + k]`, for
    /// `count` rows and `depth` columns.
    void apply(
            float[] from,
            int at,
            int stride,
            int count,
            int depth,
            float @Nullable [] subtracted,
            int minusAt,
            float[] to,
            int toAt,
            int toStride) {
        int wholeRows = count - count % SIDE;
        int wholeColumns = depth - depth % SIDE;
        for (int k = 0; k < wholeColumns; k += SIDE) {
            for (int r = 0; r < wholeRows; r += SIDE) {
                nearRows(from, at + r * stride + k, stride);
                farRows(to, toAt + k * toStride + r, toStride);
            }
        }
        for (int k = 0; k < depth; k++) {
            int first = k < wholeColumns ? wholeRows : 0;
            for (int r = first, i = at + k + first * stride; r < count; r++, i += stride) {
                to[toAt + k * toStride + r] = from[i];
            }
        }
        if (subtracted != null) {
            for (int k = 0; k < depth; k++) {
                for (int r = 0; r < count; r++) {
                    to[toAt + k * toStride + r] -= subtracted[minusAt + k];
                }
            }
        }
    }

    /// Exchanges at distances 1 and 2, into [#square].
    private void nearRows(float[] from, int at, int stride) {
        for (int i = 0; i < SIDE; i += 4) {
            int f = at + i * stride;
            FloatVector a = load(from, f);
            FloatVector b = load(from, f + stride);
            FloatVector c = load(from, f + 2 * stride);
            FloatVector d = load(from, f + 3 * stride);
            FloatVector ab = BY_1.first(a, b);
            FloatVector ba = BY_1.second(a, b);
            FloatVector cd = BY_1.first(c, d);
            FloatVector dc = BY_1.second(c, d);
            int t = i * SIDE;
            BY_2.first(ab, cd).intoArray(square, t);
            BY_2.first(ba, dc).intoArray(square, t + SIDE);
            BY_2.second(ab, cd).intoArray(square, t + 2 * SIDE);
            BY_2.second(ba, dc).intoArray(square, t + 3 * SIDE);
        }
    }

    /// Exchanges at distances 4 and 8, from [#square].
    private void farRows(float[] to, int at, int stride) {
        for (int i = 0; i < 4; i++) {
            FloatVector a = load(square, i * SIDE);
            FloatVector b = load(square, (i + 4) * SIDE);
            FloatVector ab = BY_4.first(a, b);
            FloatVector ba = BY_4.second(a, b);
            int t = at + i * stride;
            if (SIDE == 8) {
                ab.intoArray(to, t);
                ba.intoArray(to, t + 4 * stride);
            } else {
                FloatVector c = load(square, (i + 8) * SIDE);
                FloatVector d = load(square, (i + 12) * SIDE);
                FloatVector cd = BY_4.first(c, d);
                FloatVector dc = BY_4.second(c, d);
                BY_8.first(ab, cd).intoArray(to, t);
                BY_8.first(ba, dc).intoArray(to, t + 4 * stride);
                BY_8.second(ab, cd).intoArray(to, t + 8 * stride);
                BY_8.second(ba, dc).intoArray(to, t + 12 * stride);
            }
        }
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
