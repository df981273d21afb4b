package dev.sae4j.checkpoint;

import dev.sae4j.sae.Matrix;
import java.util.function.IntFunction;

/// A matrix whose rows are multiplied, or divided, by a factor each.
///
/// @param raw the rows as they are
/// @param factor of each row
/// @param divides true to divide
record ScaledMatrix(Matrix raw, IntFunction<Float> factor, boolean divides) implements Matrix {
    @Override
    public int rows() {
        return raw.rows();
    }

    @Override
    public int columns() {
        return raw.columns();
    }

    @Override
    public void read(int row, float[] target, int at) {
        raw.read(row, target, at);
        scale(row, target, at);
    }

    @Override
    public void read(int first, int count, float[] target) {
        raw.read(first, count, target);
        for (int i = 0; i < count; i++) {
            scale(first + i, target, i * columns());
        }
    }

    private void scale(int row, float[] target, int at) {
        float f = factor.apply(row);
        for (int c = at; c < at + columns(); c++) {
            target[c] = divides ? target[c] / f : target[c] * f;
        }
    }
}
