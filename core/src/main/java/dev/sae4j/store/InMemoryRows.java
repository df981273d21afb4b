package dev.sae4j.store;

import java.util.SplittableRandom;

/// All rows of an array; each epoch is a full permutation of its own.
final class InMemoryRows implements TrainingRows {
    private final float[] values;
    private final int width;
    private final SplittableRandom seeds;
    private final Picker picker;

    InMemoryRows(float[] values, int width, long seed) {
        if (width < 1 || values.length < width || values.length % width != 0) {
            throw new IllegalArgumentException(
                    "%d floats are not rows of %d".formatted(values.length, width));
        }
        this.values = values;
        this.width = width;
        this.seeds = new SplittableRandom(seed);
        this.picker = new Picker(values.length / width);
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public long rowsPerEpoch() {
        return values.length / width;
    }

    @Override
    public int next(float[] target, int rows) {
        for (int i = 0; i < rows; i++) {
            if (picker.isEmpty()) {
                picker.refill(values.length / width, seeds.split());
            }
            System.arraycopy(values, picker.pick() * width, target, i * width, width);
            picker.remove();
        }
        return rows;
    }
}
