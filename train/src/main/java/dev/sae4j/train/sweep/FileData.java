package dev.sae4j.train.sweep;

import dev.sae4j.store.ActivationFile;
import dev.sae4j.store.ActivationSource;
import dev.sae4j.store.RowSplit;
import dev.sae4j.store.TrainingRows;
import java.util.Map;

/// The rows of a plain file, one in so many held out.
record FileData(String name, ActivationFile file) implements SweepData {
    @Override
    public int width() {
        return file.width();
    }

    @Override
    public TrainingRows training(long seed, int oneIn) {
        return file.shuffled(seed, split(oneIn));
    }

    @Override
    public ActivationSource heldOut(int oneIn) {
        return file.heldOut(split(oneIn));
    }

    private static RowSplit split(int oneIn) {
        return new RowSplit(1.0 / oneIn, 0); // the same rows for every seed of training
    }

    @Override
    public Map<String, Object> identity() {
        return Map.of("file", name, "width", file.width(), "rows", file.rows());
    }
}
