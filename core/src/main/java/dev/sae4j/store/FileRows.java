package dev.sae4j.store;

/// Some rows of a plain file, in some order.
final class FileRows implements TrainingRows {
    private final ActivationFile file;

    /// `[rows]`: numbers of the rows to give
    private final int[] wanted;

    private final RowOrder order;

    FileRows(ActivationFile file, int[] wanted, RowOrder order) {
        this.file = file;
        this.wanted = wanted;
        this.order = order;
    }

    @Override
    public int width() {
        return file.width();
    }

    @Override
    public long rowsPerEpoch() {
        return order.rowsPerEpoch();
    }

    @Override
    public int next(float[] target, int rows) {
        for (int i = 0; i < rows; i++) {
            file.read(wanted[order.next()], target, i);
        }
        return rows;
    }

    @Override
    public long position() {
        return order.position();
    }

    @Override
    public void seek(long row) {
        order.seek(row);
    }
}
