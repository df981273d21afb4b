package dev.sae4j.features;

import dev.sae4j.features.collect.TinySae;
import dev.sae4j.features.collect.TinyText;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Workers;
import dev.sae4j.testing.Gen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// A book over random text of thirty words, in which feature 0 fires on `river` and feature 7 never.
final class TinyBook {
    static final int WIDTH = 8;
    static final int FEATURES = 8;
    private static final int VOCABULARY = 31;

    private TinyBook() {}

    static TinyText text() {
        var text = new TinyText();
        text.id(" river");
        for (char c = 'a'; text.vocabularySize() < VOCABULARY; c++) {
            text.id(" word" + c);
        }
        return text;
    }

    static MemorySource source(int documents, int batchRows) {
        var random = new SplittableRandom(7);
        List<MemorySource.Row> rows = new ArrayList<>();
        for (int d = 0; d < documents; d++) {
            int length = random.nextInt(5, 60);
            for (int p = 1; p <= length; p++) {
                int token = 1 + random.nextInt(VOCABULARY - 1);
                float[] values = Gen.gaussians(random, WIDTH);
                values[0] = token == 1 ? 1 + Math.abs(values[0]) : -1;
                values[7] = -1;
                rows.add(new MemorySource.Row(d, p, token, values));
            }
        }
        return new MemorySource(WIDTH, batchRows, rows);
    }

    static FeatureBook make(int threads, MemorySource source) {
        try (Workers workers = Workers.of(threads)) {
            float[] u = Gen.gaussians(new SplittableRandom(3), VOCABULARY * WIDTH);
            float[] ones = new float[WIDTH];
            Arrays.fill(ones, 1);
            return FeaturePass.run(
                    workers,
                    TinySae.identity(WIDTH),
                    source,
                    text(),
                    new Unembedding(PackedMatrix.of(workers, u, VOCABULARY, WIDTH), ones),
                    FeatureOptions.DEFAULT,
                    FeatureProgress.NONE);
        }
    }
}
