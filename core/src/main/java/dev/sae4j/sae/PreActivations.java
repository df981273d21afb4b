package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import org.jspecify.annotations.Nullable;

/// Products `X·Wᵀ` with a matrix that lies in a file. A few rows are multiplied in one pass over
/// the file; when more have come, the matrix is packed once and for all. Both ways give the same
/// bits.
final class PreActivations {
    /// Rows of one call that are worth no packing.
    private static final int FEW = 8;

    /// Rows multiplied without packing before it is done after all.
    private static final int PATIENCE = 32;

    private final Matrix matrix;
    private volatile @Nullable PackedMatrix packed;
    private int unpackedRows;

    PreActivations(Matrix matrix) {
        this.matrix = matrix;
    }

    /// Number of outputs.
    int rows() {
        return matrix.rows();
    }

    /// Hands all of `X·Wᵀ` to the sink; for any one row of X, tiles arrive in ascending order of
    /// columns and from one thread.
    void multiply(Workers workers, Rows x, Gemm.Sink sink) {
        if (x.count() == 0) {
            return;
        }
        PackedMatrix ready = packed;
        if (ready == null && x.count() <= FEW && staysUnpacked(x.count())) {
            float[] out = new float[Math.multiplyExact(x.count(), matrix.rows())];
            Gemm.multiplyOnce(workers, x, matrix.rows(), source(), out);
            sink.accept(out, matrix.rows(), 0, x.count(), 0, matrix.rows());
        } else {
            Gemm.multiplyByRows(workers, x, ready != null ? ready : pack(workers), sink);
        }
    }

    /// `out = X·Wᵀ`, row-major.
    void multiply(Workers workers, Rows x, float[] out) {
        int n = matrix.rows();
        multiply(
                workers,
                x,
                (tile, stride, row, rows, column, columns) -> {
                    for (int r = 0; r < rows; r++) {
                        System.arraycopy(tile, r * stride, out, (row + r) * n + column, columns);
                    }
                });
    }

    private synchronized boolean staysUnpacked(int rows) {
        unpackedRows += rows;
        return unpackedRows <= PATIENCE;
    }

    private synchronized PackedMatrix pack(Workers workers) {
        PackedMatrix ready = packed;
        if (ready == null) {
            ready = PackedMatrix.of(workers, matrix.rows(), matrix.columns(), source());
            packed = ready;
        }
        return ready;
    }

    private PackedMatrix.RowSource source() {
        return new PackedMatrix.RowSource() {
            @Override
            public void read(int row, float[] target, int at) {
                matrix.read(row, target, at);
            }

            @Override
            public void read(int first, int count, int depth, float[] target, int at) {
                if (at == 0) {
                    matrix.read(first, count, target);
                } else {
                    PackedMatrix.RowSource.super.read(first, count, depth, target, at);
                }
            }

            @Override
            public void readPanel(int first, int count, int depth, float[] panel, int stride) {
                if (!matrix.readColumns(first, count, panel, stride)) {
                    PackedMatrix.RowSource.super.readPanel(first, count, depth, panel, stride);
                }
            }
        };
    }
}
