package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongFunction;

/// The rows of two stores of one harvest, side by side: the input, then the target.
final class PairedStores implements StoredRows {
    private static final int COMPARED_ROWS = 1 << 16;

    private final ActivationStore inputStore;
    private final SingleStore inputs;
    private final SingleStore targets;

    private PairedStores(ActivationStore inputs, ActivationStore targets) {
        this.inputStore = inputs;
        this.inputs = new SingleStore(inputs);
        this.targets = new SingleStore(targets);
    }

    /// Compares tokens, documents and positions of all rows.
    static PairedStores of(ActivationStore inputs, ActivationStore targets) {
        if (inputs.rows() != targets.rows()) {
            throw Sae4jException.in(
                    targets.folder(),
                    "has %d rows, but the inputs in %s have %d: %s"
                            .formatted(
                                    targets.rows(),
                                    name(inputs),
                                    inputs.rows(),
                                    "harvest both from the same text with the same options"));
        }
        int[] a = new int[COMPARED_ROWS];
        int[] b = new int[COMPARED_ROWS];
        for (long row = 0; row < inputs.rows(); row += COMPARED_ROWS) {
            int n = (int) Math.min(COMPARED_ROWS, inputs.rows() - row);
            for (Shard.Column column : Shard.Column.values()) {
                inputs.readColumn(column, row, n, a);
                targets.readColumn(column, row, n, b);
                for (int i = 0; i < n; i++) {
                    if (a[i] != b[i]) {
                        throw differs(inputs, targets, row, column, i, a[i], b[i]);
                    }
                }
            }
        }
        return new PairedStores(inputs, targets);
    }

    private static Sae4jException differs(
            ActivationStore inputs,
            ActivationStore targets,
            long first,
            Shard.Column column,
            int i,
            int a,
            int b) {
        return Sae4jException.in(
                targets.folder(),
                "row %d has %s %d, but %d in the inputs, %s: harvest both from the same text with the same options"
                        .formatted(first + i, column.tensor(), b, a, name(inputs)));
    }

    private static String name(ActivationStore store) {
        return String.valueOf(store.folder().getFileName());
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
    public long rowBytes() {
        return inputs.rowBytes() + targets.rowBytes();
    }

    @Override
    public long rows() {
        return inputs.rows();
    }

    @Override
    public List<Integer> shardRows() {
        return inputs.shardRows();
    }

    @Override
    public void allocate(int rows, LongFunction<MemorySegment> room) {
        inputs.allocate(rows, room);
        targets.allocate(rows, room);
    }

    @Override
    public void load(long row, int n) {
        inputs.load(row, n);
        targets.load(row, n);
    }

    @Override
    public void copy(int loaded, MemorySegment target, long slot) {
        inputs.copy(loaded, inputPart(target, slot), 0);
        targets.copy(loaded, targetPart(target, slot), 0);
    }

    @Override
    public void toFloats(MemorySegment source, long slot, float[] target, int at) {
        inputs.toFloats(inputPart(source, slot), 0, target, at);
        targets.toFloats(targetPart(source, slot), 0, target, at + inputs.width());
    }

    private MemorySegment inputPart(MemorySegment rows, long slot) {
        return rows.asSlice(slot * rowBytes(), inputs.rowBytes());
    }

    private MemorySegment targetPart(MemorySegment rows, long slot) {
        return rows.asSlice(slot * rowBytes() + inputs.rowBytes(), targets.rowBytes());
    }

    @Override
    public void documents(long row, int n, int[] target) {
        inputs.documents(row, n, target);
    }

    @Override
    public RuntimeException damage() {
        try {
            inputStore.verify();
        } catch (Sae4jException e) {
            return e;
        }
        return targets.damage();
    }
}
