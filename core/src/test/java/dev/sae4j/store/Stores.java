package dev.sae4j.store;

import dev.sae4j.io.DType;
import dev.sae4j.io.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Map;

/// Small stores whose rows can be told apart: row i holds i, i + 0.5, i + 1 ... and has token i mod
/// 97, document i / 5 and position i mod 5.
final class Stores {
    static final StoreOrigin ORIGIN =
            new StoreOrigin("tiny", "resid_post.1", "words.txt", 16, "first", "test");
    static final StoreCounts COUNTS = new StoreCounts(3, 4, 1, 50, 6, 0);

    private Stores() {}

    /// Rows `from .. from + rows`.
    static ActivationBatch batch(int from, int rows, int width) {
        float[] values = new float[rows * width];
        int[] token = new int[rows];
        int[] document = new int[rows];
        int[] position = new int[rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                values[i * width + j] = from + i + 0.5f * j;
            }
            token[i] = (from + i) % 97;
            document[i] = (from + i) / 5;
            position[i] = (from + i) % 5;
        }
        return new ActivationBatch(rows, width, values, token, document, position);
    }

    static StoreWriter writer(Path folder, DType dtype, int width, int shardBytes) {
        return StoreWriter.create(
                folder,
                ORIGIN,
                dtype,
                width,
                shardBytes,
                (file, tensors) -> SafetensorsWriter.write(file, Map.of(), tensors));
    }

    /// A float32 store of `rows` rows, shards of `shardRows`.
    static Path write(Path folder, int rows, int width, int shardRows) {
        int shardBytes = shardRows * (4 * width + 12);
        try (var writer = writer(folder, DType.F32, width, shardBytes)) {
            for (int at = 0; at < rows; at += 7) {
                writer.add(batch(at, Math.min(7, rows - at), width));
            }
            writer.finish(COUNTS);
        }
        return folder;
    }
}
