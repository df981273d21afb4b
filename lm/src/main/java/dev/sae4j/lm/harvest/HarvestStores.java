package dev.sae4j.lm.harvest;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.StoreProgress;
import dev.sae4j.store.StoreWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes what a harvest brings in, one store for each hook, so that it can be gone on with.
///
/// Whenever all stores have finished a shard, a journal beside them says from which mark the rows
/// behind it can be had again. A harvest that goes on runs the model from there, leaves out the rows
/// that are in the shards, and writes the same bytes as one that was never stopped.
final class HarvestStores {
    private final Harvest harvest;
    private final HarvestOptions options;
    private final List<Path> folders;
    private final Path file;
    private final int shardBytes;
    private final int[] widths; // of each hook's part of a row
    private final int[] starts; // where it begins
    private final List<StoreWriter> writers = new ArrayList<>();
    private final float[][] parts;
    private final Map<String, String> inputs;
    private HarvestMark mark = HarvestMark.START;
    private long toSkip;
    private long shards;

    /// @param folders one for each hook
    /// @param file the journal
    /// @param shardBytes size of a shard, about
    HarvestStores(
            Harvest harvest,
            HarvestOptions options,
            List<Path> folders,
            Path file,
            int shardBytes) {
        this.shardBytes = shardBytes;
        this.harvest = harvest;
        this.options = options;
        this.folders = folders;
        this.file = file;
        inputs = harvest.identity();
        widths = harvest.widths();
        starts = new int[widths.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + widths[i - 1];
        }
        parts = new float[folders.size()][0];
    }

    HarvestResult run(boolean resume, HarvestProgress progress) {
        Journal journal = resume ? Journal.read(file) : null;
        if (journal != null
                && journal.result() == null
                && !AtomicFolder.isBegun(folders.getFirst())) {
            journal = null; // killed when the store was complete, or somebody has removed it
        }
        if (journal == null) {
            if (resume) {
                refuseIfComplete();
            }
            Journal.remove(file);
        } else {
            journal.require(harvest.origins(), options, inputs, file);
            if (journal.result() != null) {
                return commit(journal.result());
            }
            mark = journal.mark();
        }
        try {
            open(journal);
            HarvestResult result = harvest.run(this::add, progress, mark, m -> mark = m);
            for (StoreWriter writer : writers) {
                writer.complete(result.counts());
            }
            if (folders.size() > 1) { // one rename is all or nothing, several are not
                writers.forEach(StoreWriter::keep);
                journal(result).write(file);
            }
            return commit(result);
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    private void refuseIfComplete() {
        for (Path folder : folders) {
            if (Files.exists(folder) && !AtomicFolder.isBegun(folder)) {
                throw Sae4jException.in(
                        folder,
                        "is complete, there is nothing to go on with: leave out --resume to harvest it anew");
            }
        }
    }

    private void open(@Nullable Journal journal) {
        for (int i = 0; i < folders.size(); i++) {
            StoreProgress progress = journal == null ? null : journal.stores().get(i);
            writers.add(
                    StoreWriter.resume(
                            folders.get(i),
                            harvest.origins().get(i),
                            options.dtype(),
                            widths[i],
                            progress,
                            shardBytes));
        }
        toSkip = writers.getFirst().rows() - mark.rows();
        shards = shardsWritten();
    }

    private long shardsWritten() {
        return writers.stream().mapToLong(w -> w.progress().shards().size()).min().orElse(0);
    }

    private void add(ActivationBatch batch) {
        int skip = (int) Math.min(toSkip, batch.rows());
        toSkip -= skip;
        int rows = batch.rows() - skip;
        for (int i = 0; rows > 0 && i < writers.size(); i++) {
            writers.get(i).add(part(batch, skip, i));
        }
        if (shardsWritten() > shards) {
            shards = shardsWritten();
            writers.forEach(StoreWriter::keep);
            journal(null).write(file);
        }
    }

    /// Rows from `skip` on, at one hook.
    private ActivationBatch part(ActivationBatch batch, int skip, int part) {
        if (skip == 0 && writers.size() == 1) {
            return batch;
        }
        int width = widths[part];
        int rows = batch.rows() - skip;
        if (parts[part].length < rows * width) {
            parts[part] = new float[rows * width];
        }
        for (int row = 0; row < rows; row++) {
            int from = (skip + row) * batch.width() + starts[part];
            System.arraycopy(batch.values(), from, parts[part], row * width, width);
        }
        return new ActivationBatch(
                rows,
                width,
                parts[part],
                tail(batch.token(), skip, rows),
                tail(batch.document(), skip, rows),
                tail(batch.position(), skip, rows));
    }

    private static int[] tail(int[] all, int skip, int rows) {
        return skip == 0 ? all : java.util.Arrays.copyOfRange(all, skip, skip + rows);
    }

    private Journal journal(@Nullable HarvestResult result) {
        return new Journal(
                harvest.origins(),
                options.dtype(),
                options.tokens(),
                inputs,
                result == null ? mark : HarvestMark.START,
                writers.stream().map(StoreWriter::progress).toList(),
                result);
    }

    /// Gives the stores their names. Those that have them already, from a run that was killed here,
    /// have nothing beside them.
    private HarvestResult commit(HarvestResult result) {
        for (Path folder : folders) {
            if (AtomicFolder.isBegun(folder)) {
                AtomicFolder.resume(folder).commit();
            }
        }
        Journal.remove(file);
        return result;
    }

    /// Leaves nothing behind that cannot be gone on with.
    private void leave() {
        writers.forEach(StoreWriter::close);
    }
}
