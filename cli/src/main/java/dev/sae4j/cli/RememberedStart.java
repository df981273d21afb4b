package dev.sae4j.cli;

import dev.sae4j.store.RowsCursor;
import dev.sae4j.store.TrainingRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A live stream whose first rows are kept until training has gone past them: what is estimated from
/// them, and then trains on them, need not run the model again. It has no known length.
final class RememberedStart implements TrainingRows {
    private final TrainingRows stream;
    private final long most;

    /// `[kept, width]`, the rows from the start
    private float[] start = {};

    private long kept;
    private long position;

    /// @param most rows to keep
    RememberedStart(TrainingRows stream, long most) {
        this.stream = stream;
        this.most = Math.min(most, (Integer.MAX_VALUE - 8) / stream.width());
    }

    @Override
    public int width() {
        return stream.width();
    }

    @Override
    public int inputs() {
        return stream.inputs();
    }

    @Override
    public long rowsPerEpoch() {
        return Long.MAX_VALUE;
    }

    @Override
    public int next(float[] target, int rows) {
        int width = width();
        int n = Math.clamp(kept - position, 0, rows);
        System.arraycopy(start, (int) Math.min(position, kept) * width, target, 0, n * width);
        position += n;
        if (n < rows) {
            float[] rest = n == 0 ? target : new float[(rows - n) * width];
            int found = stream.next(rest, rows - n);
            keep(rest, found);
            if (n > 0) {
                System.arraycopy(rest, 0, target, n * width, found * width);
            }
            position += found;
            n += found;
        }
        return n;
    }

    private void keep(float[] rows, int n) {
        if (position > kept || position + n > most) {
            start = new float[0]; // training has begun: nobody goes back
            kept = 0;
            return;
        }
        if (kept == position) {
            start = Arrays.copyOf(start, (int) (kept + n) * width());
            System.arraycopy(rows, 0, start, (int) kept * width(), n * width());
            kept += n;
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public @Nullable RowsCursor cursor() {
        return position == stream.position() ? stream.cursor() : null;
    }

    @Override
    public void seek(long row, RowsCursor cursor) {
        if (row < kept) {
            seek(row); // from memory
        } else {
            stream.seek(row, cursor);
            position = row;
        }
    }

    @Override
    public void seek(long row) {
        long to = Math.max(row, kept);
        if (stream.position() != to) {
            stream.seek(to);
        }
        position = row;
    }
}
