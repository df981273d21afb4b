package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The encoder's products of features that may be dead, copied from the tiles of the main product as
/// they go by: the auxiliary loss then needs no product of its own.
final class DeadScores implements Gemm.Sink {
    private final int[] next; // [F + 1], place of the first of the features from here
    private int[] features = new int[0];
    private float[] products = new float[0]; // [rows, features]
    private boolean filled;

    /// @param dSae F
    DeadScores(int dSae) {
        next = new int[dSae + 1];
    }

    /// Knows nothing of the batch that comes.
    void forget() {
        filled = false;
    }

    /// Begins a batch.
    ///
    /// @param candidates ascending
    void begin(int[] candidates, int rows) {
        features = candidates;
        int floats = Math.multiplyExact(rows, candidates.length);
        if (products.length < floats) {
            products = new float[floats + floats / 4];
        }
        int place = 0;
        for (int j = 0; j < next.length; j++) {
            next[j] = place;
            place += place < candidates.length && candidates[place] == j ? 1 : 0;
        }
    }

    /// Says that the product is done.
    void end() {
        filled = true;
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int column, int columns) {
        int from = next[column];
        int to = next[column + columns];
        for (int r = 0; r < rows; r++) {
            int at = (row + r) * features.length;
            for (int i = from; i < to; i++) {
                products[at + i] = tile[r * stride + features[i] - column];
            }
        }
    }

    /// Where the products of some features are in each row.
    ///
    /// @param some ascending
    /// @return null if they were not all copied
    int @Nullable [] places(int[] some) {
        if (!filled) {
            return null;
        }
        int[] places = new int[some.length];
        for (int i = 0; i < some.length; i++) {
            places[i] = Arrays.binarySearch(features, some[i]);
            if (places[i] < 0) {
                return null;
            }
        }
        return places;
    }

    /// `[rows, width]`.
    float[] products() {
        return products;
    }

    /// Products in a row.
    int width() {
        return features.length;
    }
}
