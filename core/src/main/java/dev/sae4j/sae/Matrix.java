package dev.sae4j.sae;

import dev.sae4j.io.DType;

/// A matrix that is read row by row where it lies and widened to float32 on the way.
public interface Matrix {
    /// Number of rows; features, for encoders and decoders.
    int rows();

    /// Floats per row.
    int columns();

    /// Copies a row to `target` from `at`.
    void read(int row, float[] target, int at);

    /// Copies neighbouring rows, `[count, columns]`, to the start of `target`. Files that keep a row
    /// as a column are read much faster this way.
    default void read(int first, int count, float[] target) {
        for (int i = 0; i < count; i++) {
            read(first + i, target, i * columns());
        }
    }

    /// Copies neighbouring rows as columns, `[columns, stride]`, if the matrix lies that way round.
    ///
    /// @return false if it does not, and nothing was done
    default boolean readColumns(int first, int count, float[] target, int stride) {
        return false;
    }

    /// The narrowest type that holds every value exactly, as far as is known without looking.
    default DType dtype() {
        return DType.F32;
    }

    /// A row-major array.
    static Matrix of(float[] values, int rows, int columns) {
        if (values.length != Math.multiplyExact(rows, columns)) {
            throw new IllegalArgumentException(
                    "%d floats are no matrix [%d, %d]".formatted(values.length, rows, columns));
        }
        return new Matrix() {
            @Override
            public int rows() {
                return rows;
            }

            @Override
            public int columns() {
                return columns;
            }

            @Override
            public void read(int row, float[] target, int at) {
                System.arraycopy(values, row * columns, target, at, columns);
            }
        };
    }
}
