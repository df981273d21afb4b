package dev.sae4j.kernel;

/// Rows of the left factor in the order in which a tile reads them: stretches of `chunk` columns,
/// each as strips of [Tile#rows()] rows, each strip `[chunk, rows]`, the last strip filled up with
/// zeros.
final class PackedRows {
    private static final int MR = Gemm.TILE.rows();

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
        for (int row = 0; row < x.count(); row++) {
            packed.set(x, row);
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
                int n = Math.min(MR, count - row);
                System.arraycopy(x, at + k * stride + row, packed.values, to, n);
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

    private void set(Rows x, int row) {
        float[] from = x.values();
        float[] subtracted = x.subtracted();
        for (int first = 0; first < depth; first += chunk) {
            int end = Math.min(depth, first + chunk);
            int to = at(row / MR, first) + row % MR;
            int at = x.at(row);
            if (subtracted == null) {
                for (int k = first; k < end; k++, to += MR) {
                    values[to] = from[at + k];
                }
            } else {
                for (int k = first; k < end; k++, to += MR) {
                    values[to] = from[at + k] - subtracted[k];
                }
            }
        }
    }
}
