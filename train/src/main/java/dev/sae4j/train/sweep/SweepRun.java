package dev.sae4j.train.sweep;

import dev.sae4j.checkpoint.CheckpointWriter;
import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ShuffledReader;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.TrainedSae;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.metric.ModelLoss;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.state.StateFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains the cells of a sweep and writes their folders and the tables. Cells that read the same
/// rows in the same batches are trained together where memory allows; which cells share a run
/// changes nothing in their results. A cell whose loss is no number any more is kept as failed, with
/// its last good weights.
public final class SweepRun {
    /// Share of the heap that planned arrays may fill.
    private static final double FILLED = 0.85;

    private final Workers workers;
    private final Sweep sweep;
    private final SweepData data;
    private final Options options;
    private final SweepFolder folder;
    private final CheckpointWriter writer;
    private final ValidationRows validation;
    private final Map<String, Object> identity;
    private final Map<String, CellResult> results = new LinkedHashMap<>();

    /// Where a sweep goes and what it may take.
    ///
    /// @param out folder of the sweep
    /// @param resume true to go on with a sweep that was stopped
    /// @param format of the SAEs, a name of [Checkpoints]
    /// @param origin metadata for every SAE: where the activations come from
    /// @param memory bytes of heap to plan with
    /// @param saveEverySteps steps between two states; 0 for about every minute
    /// @param modelLoss measures an SAE in its model; null to leave that out
    public record Options(
            Path out,
            boolean resume,
            String format,
            Map<String, Object> origin,
            long memory,
            long saveEverySteps,
            @Nullable Function<Sae, ModelLoss> modelLoss) {
        /// SAELens folders, all of the heap, a state about every minute.
        public static Options of(Path out) {
            long heap = Runtime.getRuntime().maxMemory();
            return new Options(out, false, "saelens", Map.of(), heap, 0, null);
        }
    }

    /// Reads the held-out rows, and begins or finds the folder.
    ///
    /// @throws dev.sae4j.io.UsageException if the folder holds another sweep, or one that is not to
    ///     go on
    public SweepRun(Workers workers, Sweep sweep, SweepData data, Options options) {
        this.workers = workers;
        this.sweep = sweep;
        this.data = data;
        this.options = options;
        this.writer = Checkpoints.writer(options.format());
        this.folder = new SweepFolder(options.out());
        Sweep.HeldOut heldOut = sweep.validation();
        this.validation = ValidationRows.read(data.heldOut(heldOut.oneIn()), heldOut.rows());
        this.identity = new LinkedHashMap<>(data.identity());
        identity.put("held_out_one_in", heldOut.oneIn());
        identity.put("held_out_rows", validation.rows());
        identity.put("held_out_crc32c", validation.checksum());
    }

    /// Trains all cells that are not finished.
    ///
    /// @return a result for each cell, in the order of the sweep
    /// @throws Sae4jException if a cell does not fit the memory, before anything is trained or
    ///     written
    public List<CellResult> run(SweepListener listener) {
        Groups groups = groups();
        groups.of(sweep.cells()); // refuses what does not fit
        folder.begin(sweep, identity, options.format(), options.resume());
        for (SweepCell cell : sweep.cells()) {
            folder.finished(cell)
                    .ifPresent(result -> {
                        results.put(cell.name(), result);
                        listener.skipped(result);
                    });
        }
        goOn(groups, listener);
        for (List<SweepCell> group : groups.of(left())) {
            folder.beginGroup(group);
            train(group, false, listener);
        }
        return sweep.cells().stream().map(cell -> results.get(cell.name())).toList();
    }

    private Groups groups() {
        long taken = (long) Float.BYTES * validation.values().length;
        long memory = (long) (FILLED * options.memory()) - taken;
        long seed = sweep.cells().getFirst().recipe().seed();
        TrainingRows rows = data.training(seed, sweep.validation().oneIn());
        try {
            return new Groups(data.width(), rows.rowsPerEpoch(), memory);
        } finally {
            close(rows);
        }
    }

    private List<SweepCell> left() {
        return sweep.cells().stream().filter(c -> !results.containsKey(c.name())).toList();
    }

    /// Goes on with the group that was stopped, if it can be trained together here too.
    private void goOn(Groups groups, SweepListener listener) {
        List<String> names = folder.interrupted();
        List<SweepCell> group =
                sweep.cells().stream().filter(cell -> names.contains(cell.name())).toList();
        boolean isLeft = group.stream().anyMatch(cell -> !results.containsKey(cell.name()));
        if (isLeft && groups.fits(group)) {
            train(group, true, listener);
        } else if (isLeft) {
            listener.warn(
                    "%s and others were trained together with more memory than there is now: they begin anew, fewer at a time"
                            .formatted(names.getFirst()));
        }
        folder.endGroup();
        if (!results.isEmpty()) {
            tables();
        }
    }

    private void train(List<SweepCell> group, boolean resume, SweepListener listener) {
        List<Recipe> recipes = group.stream().map(SweepCell::recipe).toList();
        long seed = recipes.getFirst().seed();
        var training =
                new Trainer.Options(
                        validation.values(),
                        StateFolder.of(folder.state()),
                        resume,
                        options.saveEverySteps(),
                        identity);
        TrainingRows rows = data.training(seed, sweep.validation().oneIn());
        try {
            var trainer = new Trainer(workers, recipes, rows, training);
            listener.beginsGroup(group, trainer.length(), left().size());
            try (var log =
                    new GroupLog(
                            folder.state(), group, trainer.length(), listener, this::snapshot)) {
                List<TrainingResult> trained = trainer.run(log);
                for (int i = 0; i < group.size(); i++) {
                    if (!results.containsKey(group.get(i).name())) {
                        finish(group.get(i), trained.get(i), log.seconds(i), listener);
                    }
                }
            }
        } finally {
            close(rows);
        }
        tables();
        folder.endGroup();
    }

    private void finish(
            SweepCell cell, TrainingResult trained, double seconds, SweepListener listener) {
        Map<String, Number> numbers = CellMetrics.training(trained);
        Path log = GroupLog.file(folder.state(), cell);
        CellResult result;
        if (!trained.weights().allFinite()) {
            result = new CellResult(cell.name(), trained.failure(), numbers, "", List.of());
            CellFolder.write(folder.cell(cell), cell, result, log, path -> {});
        } else {
            try (Sae sae = TrainedSae.of(trained, metadata(trained))) {
                numbers.putAll(measured(cell, sae));
                numbers.put("seconds", seconds);
                numbers.put("tokens_per_second", seconds > 0 ? trained.tokens() / seconds : 0);
                List<String> losses = new ArrayList<>();
                CheckpointWriter fitting = fitting(sae, losses);
                result =
                        new CellResult(
                                cell.name(),
                                trained.failure(),
                                numbers,
                                CellMetrics.selection(sae),
                                losses);
                CellFolder.write(
                        folder.cell(cell), cell, result, log, path -> fitting.write(sae, path));
            }
        }
        results.put(cell.name(), result);
        listener.finished(result);
    }

    private Map<String, Number> measured(SweepCell cell, Sae sae) {
        Function<Sae, ModelLoss> model = options.modelLoss();
        return CellMetrics.of(
                workers,
                sae,
                validation,
                cell.recipe().batch(),
                model == null ? null : model.apply(sae));
    }

    private Map<String, Object> metadata(TrainingResult trained) {
        Map<String, Object> metadata = new LinkedHashMap<>(options.origin());
        metadata.putAll(TrainedSae.facts(trained));
        return metadata;
    }

    /// The format asked for or, if it has no place for this SAE at all, another: what was trained is
    /// never lost.
    private CheckpointWriter fitting(Sae sae, List<String> losses) {
        for (CheckpointWriter each :
                List.of(writer, Checkpoints.saeLens(), Checkpoints.writer("sparsify"))) {
            try {
                losses.addAll(each.fit(sae).losses());
                return each;
            } catch (Sae4jException e) {
                losses.add("written in another format: " + e.getMessage());
            }
        }
        return writer; // says why it cannot
    }

    private void snapshot(SweepCell cell, TrainingRun run) {
        Path to = folder.snapshots(cell).resolve(Long.toString(run.tokens()));
        try (Sae sae = TrainedSae.snapshot(run, options.origin())) {
            fitting(sae, new ArrayList<>()).write(sae, to);
        }
    }

    private void tables() {
        new ResultTables(sweep, data.width()).write(folder, results);
    }

    private static void close(TrainingRows rows) {
        if (rows instanceof ShuffledReader reader) {
            reader.close();
        }
    }
}
