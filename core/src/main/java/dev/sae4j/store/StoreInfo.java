package dev.sae4j.store;

import dev.sae4j.io.DType;
import java.util.List;

/// What `store.json` says; it is written last, so a folder that has it is complete.
///
/// @param formatVersion version of this layout, now 2: version 1 had no `contexts` and fewer counts
/// @param origin model, hook, data set
/// @param dtype element type of the activations on disk: BF16, F16 or F32
/// @param width floats per row (d_in)
/// @param rows rows in all shards
/// @param shards the files, in order
/// @param counts how much text went in
/// @param norms sizes of the activations
public record StoreInfo(
        int formatVersion,
        StoreOrigin origin,
        DType dtype,
        int width,
        long rows,
        List<StoreShard> shards,
        StoreCounts counts,
        StoreNorms norms) {
    static final int VERSION = 2;

    /// Wider rows are taken for damage: real models end below 100,000.
    static final int MAX_WIDTH = 1 << 20;

    public StoreInfo {
        shards = List.copyOf(shards);
        checkDType(dtype);
        checkWidth(width);
        long sum = shards.stream().mapToLong(StoreShard::rows).sum();
        if (rows < 1 || rows != sum) {
            throw new IllegalArgumentException(
                    "rows is %d, but the shards have %d together".formatted(rows, sum));
        }
        if (shards.stream().map(StoreShard::file).distinct().count() != shards.size()) {
            throw new IllegalArgumentException("a shard is listed twice");
        }
        if (norms.mean().length != width) {
            throw new IllegalArgumentException(
                    "norms.mean has %d numbers, but width is %d"
                            .formatted(norms.mean().length, width));
        }
    }

    static void checkDType(DType dtype) {
        if (dtype != DType.BF16 && dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException(
                    "dtype is %s: activations are stored as BF16, F16 or F32".formatted(dtype));
        }
    }

    static void checkWidth(int width) {
        if (width < 1 || width > MAX_WIDTH) {
            throw new IllegalArgumentException(
                    "width is %d: expected 1 to %d".formatted(width, MAX_WIDTH));
        }
    }
}
