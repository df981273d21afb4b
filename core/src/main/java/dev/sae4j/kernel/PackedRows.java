package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Rows of the left factor in the order in which a tile reads them: stretches of `chunk` columns,
/// each as strips of [Tile#rows()] rows, each strip `[chunk, rows]`, the last strip filled up with
/// zeros.
final class PackedRows {
    private static final int MR = Gemm.TILE.rows();
    private static final VectorMask<Float> STRIP = Tile.SPECIES.indexInRange(0, MR);

    final float[] values;
    private final int count;
    private final int depth;
    private final int chunk;

    private PackedRows(int count, int depth, int chunk) {
        this.count = count;
        this.depth = depth;
        this.chunk = chunk;
        this.values = new float[Math.multiplyExact(Math.ceilDiv(count, MR) * MR, depth)];
    }

    /// Packs rows in stretches of `chunk` columns, the last of which may be shorter.
    static PackedRows of(Rows x, int chunk) {
        var packed = new PackedRows(x.count(), x.width(), chunk);
        var transpose = new Transpose();
        for (int row = 0; row < x.count(); row += MR) {
            packed.set(x, row, Math.min(MR, x.count() - row), transpose);
        }
        return packed;
    }

    /// Packs the columns of an array as rows: row `i` is `x[at + i + k * stride]` for each k.
    static PackedRows ofColumns(float[] x, int at, int stride, int count, int depth, int chunk) {
        var packed = new PackedRows(count, depth, chunk);
        for (int k = 0; k < depth; k++) {
            for (int row = 0; row < count; row += MR) {
                int first = k - k % chunk;
                int to = packed.at(row / MR, first) + (k - first) * MR;
                int from = at + k * stride + row;
                if (row + MR <= count) {
                    FloatVector.fromArray(Tile.SPECIES, x, from, STRIP)
                            .intoArray(packed.values, to, STRIP);
                } else {
                    System.arraycopy(x, from, packed.values, to, count - row);
                }
            }
        }
        return packed;
    }

    /// Number of rows.
    int count() {
        return count;
    }

    /// Number of strips.
    int strips() {
        return Math.ceilDiv(count, MR);
    }

    /// Where the columns from `k`, the first of a stretch, begin in a strip.
    int at(int strip, int k) {
        return (strips() * k + strip * Math.min(chunk, depth - k)) * MR;
    }

    private void set(Rows x, int row, int n, Transpose transpose) {
        for (int k = 0; k < depth; k += chunk) {
            int length = Math.min(chunk, depth - k);
            transpose.apply(
                    x.values(),
                    x.at(row) + k,
                    x.stride(),
                    n,
                    length,
                    x.subtracted(),
                    k,
                    values,
                    at(row / MR, k),
                    MR);
        }
    }
}
