package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Matrix;

/// A tensor of a file as a matrix with a feature per row, whichever way round the file keeps it.
final class FileMatrix {
    private FileMatrix() {}

    /// A tensor whose rows are the rows.
    static Matrix ofRows(Tensor tensor) {
        return new ByRows(tensor);
    }

    /// A tensor whose columns are the rows.
    static Matrix ofColumns(Tensor tensor) {
        return new ByColumns(tensor);
    }

    /// A tensor `[rows, n, columns]` whose `n` slices are added up, row by row as they are read.
    static Matrix ofSums(Tensor tensor) {
        return new BySums(tensor, (int) tensor.shape()[1], (int) tensor.shape()[2]);
    }

    private static DType exact(DType stored) {
        return switch (stored) {
            case F16, BF16 -> stored;
            default -> DType.F32;
        };
    }

    private record ByRows(Tensor tensor) implements Matrix {
        @Override
        public int rows() {
            return tensor.rows();
        }

        @Override
        public int columns() {
            return tensor.columns();
        }

        @Override
        public void read(int row, float[] target, int at) {
            tensor.copyTo((long) row * columns(), target, at, columns());
        }

        @Override
        public void read(int first, int count, float[] target) {
            tensor.copyTo((long) first * columns(), target, 0, count * columns());
        }

        @Override
        public DType dtype() {
            return exact(tensor.dtype());
        }
    }

    private record ByColumns(Tensor tensor) implements Matrix {
        @Override
        public int rows() {
            return tensor.columns();
        }

        @Override
        public int columns() {
            return tensor.rows();
        }

        @Override
        public void read(int row, float[] target, int at) {
            long width = rows();
            for (int c = 0; c < columns(); c++) {
                tensor.copyTo(c * width + row, target, at + c, 1);
            }
        }

        /// Reads runs of neighbouring columns: each row of the file is touched once for all of them.
        @Override
        public void read(int first, int count, float[] target) {
            int d = columns();
            long width = rows();
            float[] run = new float[count];
            for (int c = 0; c < d; c++) {
                tensor.copyTo(c * width + first, run, 0, count);
                for (int i = 0, to = c; i < count; i++, to += d) {
                    target[to] = run[i];
                }
            }
        }

        @Override
        public boolean readColumns(int first, int count, float[] target, int stride) {
            long width = rows();
            for (int c = 0; c < columns(); c++) {
                tensor.copyTo(c * width + first, target, c * stride, count);
            }
            return true;
        }

        @Override
        public DType dtype() {
            return exact(tensor.dtype());
        }
    }

    private record BySums(Tensor tensor, int slices, int columns) implements Matrix {
        @Override
        public int rows() {
            return tensor.rows();
        }

        @Override
        public void read(int row, float[] target, int at) {
            tensor.copyTo((long) row * slices * columns, target, at, columns);
            float[] slice = new float[columns];
            for (int n = 1; n < slices; n++) {
                tensor.copyTo(((long) row * slices + n) * columns, slice, 0, columns);
                for (int c = 0; c < columns; c++) {
                    target[at + c] += slice[c];
                }
            }
        }
    }
}
