package dev.sae4j.train.sweep;

import dev.sae4j.io.DType;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.StoreCounts;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.store.StoreWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// A store of rows that are sums of two of twelve directions, ten rows a document.
final class SmallStore {
    static final int WIDTH = 8;
    private static final int DIRECTIONS = 12;

    private SmallStore() {}

    static ActivationStore write(Path folder, int rows, long seed) {
        var random = new SplittableRandom(seed);
        float[][] directions = new float[DIRECTIONS][WIDTH];
        for (float[] direction : directions) {
            for (int c = 0; c < WIDTH; c++) {
                direction[c] = (float) random.nextGaussian();
            }
        }
        float[] values = new float[rows * WIDTH];
        int[] token = new int[rows];
        int[] document = new int[rows];
        int[] position = new int[rows];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < 2; i++) {
                float strength = (float) (0.5 + random.nextDouble());
                float[] direction = directions[random.nextInt(DIRECTIONS)];
                for (int c = 0; c < WIDTH; c++) {
                    values[r * WIDTH + c] += strength * direction[c];
                }
            }
            document[r] = r / 10;
            position[r] = r % 10;
        }
        var origin = new StoreOrigin("tiny", "resid_post.1", "words.txt", 16, "first", "test");
        try (var writer = StoreWriter.create(folder, origin, DType.F32, WIDTH)) {
            writer.add(new ActivationBatch(rows, WIDTH, values, token, document, position));
            writer.finish(new StoreCounts(3, 4, 1, 50, 6, 0));
        }
        return ActivationStore.open(folder);
    }
}
