package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;

/// Keeps the largest positive value of each group of neighbouring columns while the tiles of a
/// product leave the registers. Ties go to the smaller column.
public final class GroupMaxRows implements Gemm.Sink {
    private final int rows;
    private final int groups;
    private final int size; // columns per group
    private final float[] bias; // [F]
    private final float[] value; // [rows, groups], 0 for none
    private final int[] column; // [rows, groups]

    /// @param rows of the batch
    /// @param features columns of the product
    /// @param groups that they fall into
    /// @param bias `[F]`, added to the products
    public GroupMaxRows(int rows, int features, int groups, float[] bias) {
        this.rows = rows;
        this.groups = groups;
        this.size = features / groups;
        this.bias = bias;
        this.value = new float[Math.multiplyExact(rows, groups)];
        this.column = new int[rows * groups];
    }

    @Override
    public void accept(float[] tile, int stride, int row, int n, int first, int columns) {
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < columns; c++) {
                float z = tile[r * stride + c] + bias[first + c];
                int group = (row + r) * groups + (first + c) / size;
                if (z > value[group]) {
                    value[group] = z;
                    column[group] = first + c;
                }
            }
        }
    }

    /// `[rows, groups]`: the largest value of each group, 0 if none is positive.
    public float[] value() {
        return value;
    }

    /// `[rows, groups]`: where it is; undefined if none is positive.
    public int[] column() {
        return column;
    }

    SparseCodes codes() {
        var all = new CodesBuilder(rows, rows * groups);
        for (int r = 0; r < rows; r++) {
            for (int i = r * groups; i < (r + 1) * groups; i++) {
                if (value[i] > 0) {
                    all.add(column[i], value[i]);
                }
            }
            all.endRow();
        }
        return all.codes();
    }
}
