package dev.sae4j.lm;

import dev.sae4j.kernel.Factor;
import dev.sae4j.kernel.FewRows;
import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A matrix of the model, which stays in its file in its own type. Products with a few rows read it
/// there; for others it is packed as float32, and stays so if the [PackedRoom] has room for it.
final class StoredMatrix implements Factor {
    /// Products with few rows that are done without packing: one text needs no more, while whoever
    /// generates reads everything again for each token.
    private static final int PATIENCE = 4;

    private final int rows;
    private final int depth;
    private final PackedMatrix.RowSource source;
    private final PackedRoom room;
    private final AtomicInteger fewRows = new AtomicInteger();
    private volatile @Nullable PackedMatrix packed;

    StoredMatrix(int rows, int depth, PackedMatrix.RowSource source, PackedRoom room) {
        this.rows = rows;
        this.depth = depth;
        this.source = source;
        this.room = room;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public void multiply(Workers workers, Rows x, Gemm.Sink sink) {
        if (packed == null && x.count() <= FewRows.MOST && !packsForFewRows()) {
            FewRows.multiply(workers, x, rows, source, sink);
        } else {
            usePacked(workers, matrix -> matrix.multiply(workers, x, sink));
        }
    }

    @Override
    public void multiplyByRows(Workers workers, Rows x, Gemm.Sink sink) {
        usePacked(workers, matrix -> matrix.multiplyByRows(workers, x, sink));
    }

    private boolean packsForFewRows() {
        return fewRows.get() >= PATIENCE
                ? room.hasRoom(rows, depth)
                : fewRows.incrementAndGet() > PATIENCE;
    }

    private void usePacked(Workers workers, java.util.function.Consumer<PackedMatrix> use) {
        PackedMatrix kept = packed;
        if (kept == null) {
            kept = keepIfRoom(workers);
        }
        if (kept != null) {
            use.accept(kept);
        } else {
            room.lend(
                    rows,
                    depth,
                    lent -> {
                        lent.pack(workers, source);
                        use.accept(lent);
                    });
        }
    }

    private synchronized @Nullable PackedMatrix keepIfRoom(Workers workers) {
        PackedMatrix kept = packed;
        if (kept == null && room.take(rows, depth)) {
            kept = PackedMatrix.of(workers, rows, depth, source);
            packed = kept;
        }
        return kept;
    }

    /// All of it in packed form, kept if there is room.
    PackedMatrix packed(Workers workers) {
        PackedMatrix kept = packed;
        if (kept == null) {
            kept = keepIfRoom(workers);
        }
        return kept != null ? kept : PackedMatrix.of(workers, rows, depth, source);
    }
}
