package dev.sae4j.store;

/// Two sources read in step: each row is a row of the first, then one of the second.
final class SideBySide implements TrainingRows {
    private final TrainingRows inputs;
    private final TrainingRows targets;
    private float[] part = {};

    SideBySide(TrainingRows inputs, TrainingRows targets) {
        if (inputs.rowsPerEpoch() != targets.rowsPerEpoch()
                || inputs.position() != targets.position()) {
            throw new IllegalArgumentException(
                    "%d inputs from position %d do not go with %d targets from position %d"
                            .formatted(
                                    inputs.rowsPerEpoch(),
                                    inputs.position(),
                                    targets.rowsPerEpoch(),
                                    targets.position()));
        }
        this.inputs = inputs;
        this.targets = targets;
    }

    @Override
    public int width() {
        return inputs.width() + targets.width();
    }

    @Override
    public int inputs() {
        return inputs.width();
    }

    @Override
    public long rowsPerEpoch() {
        return inputs.rowsPerEpoch();
    }

    @Override
    public int next(float[] target, int rows) {
        int n = copy(inputs, target, rows, 0);
        int m = copy(targets, target, n, inputs.width());
        if (m != n) {
            throw new IllegalStateException("%d inputs, but %d targets".formatted(n, m));
        }
        return n;
    }

    /// Puts the next rows of a source into column `at` and those behind it.
    private int copy(TrainingRows source, float[] target, int rows, int at) {
        int width = source.width();
        if (part.length < rows * width) {
            part = new float[rows * width];
        }
        int n = source.next(part, rows);
        for (int i = 0; i < n; i++) {
            System.arraycopy(part, i * width, target, i * width() + at, width);
        }
        return n;
    }

    @Override
    public long position() {
        return inputs.position();
    }

    @Override
    public void seek(long row) {
        inputs.seek(row);
        targets.seek(row);
    }
}
