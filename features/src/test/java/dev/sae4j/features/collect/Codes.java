package dev.sae4j.features.collect;

import dev.sae4j.sae.SparseCodes;
import java.util.SplittableRandom;

/// Makes sparse codes and documents for tests.
public final class Codes {
    private Codes() {}

    /// Codes of dense rows; zeros are left out.
    public static SparseCodes of(float[]... rows) {
        int[] start = new int[rows.length + 1];
        int most = 0;
        for (float[] row : rows) {
            most += row.length;
        }
        int[] feature = new int[most];
        float[] value = new float[most];
        int n = 0;
        for (int r = 0; r < rows.length; r++) {
            for (int f = 0; f < rows[r].length; f++) {
                if (rows[r][f] != 0) {
                    feature[n] = f;
                    value[n++] = rows[r][f];
                }
            }
            start[r + 1] = n;
        }
        return new SparseCodes(rows.length, start, feature, value);
    }

    /// A document whose tokens are `tokens`, at positions 1, 2 ...
    public static Document document(int number, int[] tokens, float[]... rows) {
        int[] positions = new int[tokens.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i + 1;
        }
        return new Document(number, tokens, positions, of(rows));
    }

    /// Random documents of up to 40 tokens; activations are small integers, so ties are frequent.
    public static Document random(SplittableRandom random, int number, int features) {
        int length = random.nextInt(1, 40);
        int[] tokens = new int[length];
        float[][] rows = new float[length][features];
        for (int r = 0; r < length; r++) {
            tokens[r] = random.nextInt(1, 50);
            for (int f = 0; f < features; f++) {
                rows[r][f] = random.nextInt(4) == 0 ? random.nextInt(1, 20) : 0;
            }
        }
        return document(number, tokens, rows);
    }
}
