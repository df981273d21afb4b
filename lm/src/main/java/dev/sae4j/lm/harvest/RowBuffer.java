package dev.sae4j.lm.harvest;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.store.ActivationBatch;
import java.util.Arrays;

/// Rows that are kept but not handed on yet. Each consists of parts with norms of their own.
final class RowBuffer {
    private final int width;
    private final int[] parts; // width of each
    private final int[] starts; // where each begins in a row
    private float[] values = {};
    private int[] token = {};
    private int[] document = {};
    private int[] position = {};
    private int rows;

    /// @param parts width of each part
    RowBuffer(int[] parts) {
        this.parts = parts;
        this.starts = new int[parts.length];
        int sum = 0;
        for (int part = 0; part < parts.length; part++) {
            starts[part] = sum;
            sum = Math.addExact(sum, parts[part]);
        }
        this.width = sum;
    }

    int rows() {
        return rows;
    }

    /// Makes room for `more` rows.
    void reserve(int more) {
        int need = Math.addExact(rows, more);
        if (need > token.length) {
            values = Arrays.copyOf(values, Math.multiplyExact(need, width));
            token = Arrays.copyOf(token, need);
            document = Arrays.copyOf(document, need);
            position = Arrays.copyOf(position, need);
        }
    }

    void add(float[] source, int at, int tokenId, int documentNumber, int place) {
        System.arraycopy(source, at, values, rows * width, width);
        token[rows] = tokenId;
        document[rows] = documentNumber;
        position[rows] = place;
        rows++;
    }

    private double norm(int row, int part) {
        int at = row * width + starts[part];
        return Math.sqrt(Vectors.squaredNorm(values, at, parts[part]));
    }

    double medianNorm(int part) {
        double[] norms = new double[rows];
        for (int row = 0; row < rows; row++) {
            norms[row] = norm(row, part);
        }
        Arrays.sort(norms);
        return norms[rows / 2];
    }

    /// True if a part of the row is longer than `limits` allows it: `[parts]`.
    boolean isAbove(double[] limits, int row) {
        for (int part = 0; part < parts.length; part++) {
            if (norm(row, part) > limits[part]) {
                return true;
            }
        }
        return false;
    }

    /// Drops the rows that [#isAbove] says; returns how many that were.
    int dropAbove(double[] limits) {
        int kept = 0;
        for (int row = 0; row < rows; row++) {
            if (!isAbove(limits, row)) {
                System.arraycopy(values, row * width, values, kept * width, width);
                token[kept] = token[row];
                document[kept] = document[row];
                position[kept] = position[row];
                kept++;
            }
        }
        int dropped = rows - kept;
        rows = kept;
        return dropped;
    }

    /// Takes the last row back.
    void removeLast() {
        rows--;
    }

    /// The rows, valid until the next change.
    ActivationBatch batch() {
        return new ActivationBatch(rows, width, values, token, document, position);
    }

    void clear() {
        rows = 0;
    }
}
