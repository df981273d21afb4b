package dev.sae4j.store;

import dev.sae4j.io.DType;
import dev.sae4j.io.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The rows of the shard that is being filled, already rounded to the store's dtype.
///
/// Tensors of a shard: `activations` `[N, width]`, and `token_id`, `document`, `position`, each
/// int32 `[N]`.
final class ShardBuffer {
    private static final int INDEX_BYTES = 3 * Integer.BYTES;

    private final int width;
    private final DType dtype;
    private final MemorySegment values;
    private final int[] token;
    private final int[] document;
    private final int[] position;
    private int rows;

    /// @param bytes about the size of a full shard
    ShardBuffer(int width, DType dtype, int bytes) {
        int capacity = Math.max(1, bytes / (width * dtype.bytes() + INDEX_BYTES));
        this.width = width;
        this.dtype = dtype;
        values = MemorySegment.ofArray(new byte[capacity * width * dtype.bytes()]);
        token = new int[capacity];
        document = new int[capacity];
        position = new int[capacity];
    }

    int rows() {
        return rows;
    }

    int free() {
        return token.length - rows;
    }

    /// Takes rows `from .. from + n` of a batch; `n` is at most [#free()].
    void add(ActivationBatch batch, int from, int n) {
        Conversion.fromFloats(
                dtype, batch.values(), from * width, n * width, values, (long) rows * width);
        System.arraycopy(batch.token(), from, token, rows, n);
        System.arraycopy(batch.document(), from, document, rows, n);
        System.arraycopy(batch.position(), from, position, rows, n);
        rows += n;
    }

    /// Views of the rows that are in; valid until the next [#add].
    List<Tensor> tensors() {
        return List.of(
                new Tensor(
                        "activations",
                        dtype,
                        new long[] {rows, width},
                        values.asSlice(0, (long) rows * width * dtype.bytes())),
                ints("token_id", token),
                ints("document", document),
                ints("position", position));
    }

    private Tensor ints(String name, int[] all) {
        return new Tensor(
                name,
                DType.I32,
                new long[] {rows},
                MemorySegment.ofArray(all).asSlice(0, (long) rows * Integer.BYTES));
    }

    void clear() {
        rows = 0;
    }
}
