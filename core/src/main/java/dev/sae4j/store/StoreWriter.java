package dev.sae4j.store;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Checksum;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes an activation store row by row, holding one shard in memory. The folder appears under its
/// name when [#finish] is called; closing before that leaves nothing behind, unless [#keep] was called.
public final class StoreWriter implements AutoCloseable {
    /// Size of a full shard, about.
    public static final int SHARD_BYTES = 64 << 20;

    /// Writes one file; tests put a full disk here.
    interface ShardFiles {
        void write(Path file, List<Tensor> tensors);
    }

    private final AtomicFolder folder;
    private final StoreOrigin origin;
    private final DType dtype;
    private final int width;
    private final ShardFiles files;
    private final ShardBuffer buffer;
    private final NormSums norms;
    private final List<StoreShard> shards;
    private final float largest;
    private final double largestSquare;
    private StoreProgress progress;
    private long rows;

    private StoreWriter(
            AtomicFolder folder,
            StoreOrigin origin,
            DType dtype,
            int width,
            int shardBytes,
            ShardFiles files,
            StoreProgress begin) {
        this.folder = folder;
        this.origin = origin;
        this.dtype = dtype;
        this.width = width;
        this.files = files;
        this.buffer = new ShardBuffer(width, dtype, shardBytes);
        this.norms = new NormSums(begin);
        this.shards = new ArrayList<>(begin.shards());
        this.progress = begin;
        this.rows = begin.rows();
        this.largest = largest(dtype);
        this.largestSquare = Math.min(Float.MAX_VALUE, (double) largest * largest);
    }

    /// Begins a store. An older store of this name is replaced when the new one is finished.
    ///
    /// @param dtype BF16, F16 or F32
    /// @param width floats per row (d_in)
    /// @throws Sae4jException if the folder exists and holds something else than a store
    public static StoreWriter create(Path folder, StoreOrigin origin, DType dtype, int width) {
        return create(folder, origin, dtype, width, SHARD_BYTES, files(origin));
    }

    private static ShardFiles files(StoreOrigin origin) {
        return (file, tensors) ->
                SafetensorsWriter.write(
                        file, Map.of("model", origin.model(), "hook", origin.hook()), tensors);
    }

    /// As [#create], but a store that was begun can be gone on with, by this process or another.
    ///
    /// @param progress how far it has come, as [#progress] said; null to begin anew
    /// @param shardBytes size of a full shard, about; the same as before
    /// @throws Sae4jException if the folder holds something else, or a shard is not there any more
    public static StoreWriter resume(
            Path folder,
            StoreOrigin origin,
            DType dtype,
            int width,
            @Nullable StoreProgress progress,
            int shardBytes) {
        StoreInfo.checkDType(dtype);
        StoreInfo.checkWidth(width);
        refuseToReplaceOtherThings(folder);
        if (progress == null) {
            AtomicFolder.sweep(folder);
        }
        StoreProgress begin = progress == null ? StoreProgress.none(width) : progress;
        AtomicFolder part = AtomicFolder.resume(folder);
        begin.keepOnly(part.path());
        return new StoreWriter(part, origin, dtype, width, shardBytes, files(origin), begin);
    }

    /// From now on what is written stays when this is closed, for [#resume].
    public void keep() {
        folder.keep();
    }

    static StoreWriter create(
            Path folder,
            StoreOrigin origin,
            DType dtype,
            int width,
            int shardBytes,
            ShardFiles files) {
        StoreInfo.checkDType(dtype);
        StoreInfo.checkWidth(width);
        refuseToReplaceOtherThings(folder);
        return new StoreWriter(
                AtomicFolder.create(folder),
                origin,
                dtype,
                width,
                shardBytes,
                files,
                StoreProgress.none(width));
    }

    private static void refuseToReplaceOtherThings(Path folder) {
        if (!Files.exists(folder) || Files.exists(folder.resolve(StoreJson.NAME))) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw Sae4jException.in(folder, "is a file: name a folder for the store");
        }
        try (var entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw Sae4jException.in(
                        folder,
                        "exists and is not an activation store: it will not be replaced, choose another folder");
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
    }

    private static float largest(DType dtype) {
        return switch (dtype) {
            case F16 -> 65504;
            case BF16 -> DType.bfloat16ToFloat((short) 0x7f7f);
            default -> Float.MAX_VALUE;
        };
    }

    /// Rows added so far.
    public long rows() {
        return rows;
    }

    /// How far the store can be gone on with: to the end of the last full shard.
    public StoreProgress progress() {
        return progress;
    }

    /// Appends the rows of a batch.
    ///
    /// @throws Sae4jException if a value is not finite, or too large for the dtype, or the disk is full
    public void add(ActivationBatch batch) {
        if (batch.width() != width) {
            throw new IllegalArgumentException(
                    "the batch has rows of %d floats, the store of %d"
                            .formatted(batch.width(), width));
        }
        int from = 0;
        while (from < batch.rows()) {
            int n = Math.min(buffer.free(), batch.rows() - from);
            for (int row = from; row < from + n; row++) {
                if (!(norms.add(batch.values(), row * width) <= largestSquare)) {
                    checkRow(batch, row, from);
                }
            }
            buffer.add(batch, from, n);
            from += n;
            rows += n;
            if (buffer.free() == 0) {
                writeShard();
                progress = norms.progress(shards);
            }
        }
    }

    /// Rows of unusual norm are looked at closely.
    ///
    /// @param taken rows of the batch that are counted already
    private void checkRow(ActivationBatch batch, int row, int taken) {
        for (int i = row * width; i < (row + 1) * width; i++) {
            float value = batch.values()[i];
            String problem =
                    !Float.isFinite(value)
                            ? "is not finite: the model overflows there"
                            : Math.abs(value) > largest
                                    ? "does not fit %s (largest %s): store the activations as F32"
                                            .formatted(dtype, largest)
                                    : "";
            if (!problem.isEmpty()) {
                throw new Sae4jException(
                        "row %d of the activations (document %d, position %d) holds %s, which %s"
                                .formatted(
                                        rows + row - taken,
                                        batch.document()[row],
                                        batch.position()[row],
                                        value,
                                        problem));
            }
        }
    }

    private void writeShard() {
        Path file = folder.path().resolve(StoreShard.name(shards.size()));
        files.write(file, buffer.tensors());
        Checksum sum = Checksum.of(file);
        shards.add(
                new StoreShard(
                        StoreShard.name(shards.size()), buffer.rows(), sum.bytes(), sum.crc32c()));
        buffer.clear();
    }

    /// Writes what is left and `store.json`, and gives the folder its name.
    ///
    /// @throws Sae4jException if there are no rows
    public StoreInfo finish(StoreCounts counts) {
        StoreInfo info = complete(counts);
        commit();
        return info;
    }

    /// Gives the folder its name, when it is complete.
    public void commit() {
        folder.commit();
    }

    /// Writes what is left and `store.json`; the folder does not have its name yet.
    ///
    /// @throws Sae4jException if there are no rows
    public StoreInfo complete(StoreCounts counts) {
        if (rows == 0) {
            throw new Sae4jException(
                    "no activations were kept, so there is nothing to store: is the text empty, or does --exclude leave out every position?");
        }
        if (buffer.rows() > 0) {
            writeShard();
        }
        var info =
                new StoreInfo(
                        StoreInfo.VERSION,
                        origin,
                        dtype,
                        width,
                        rows,
                        shards,
                        counts,
                        norms.result());
        StoreJson.write(folder.path(), info);
        return info;
    }

    @Override
    public void close() {
        folder.close();
    }
}
