package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Repeats a recorded run with the real [Trainer], from the recorded weights, and compares every
/// series after every step and the weights wherever they were recorded. A choice that rounding cannot
/// decide is made as in the recording, see [Turning].
final class Rehearsal implements TrainingListener {
    /// A choice that rounding makes: few, or something is wrong.
    private static final int MOST_TURNED = 5;

    private final RecordedCase recorded;
    private final Density density;
    private final RecordedDrift drift;
    private final RecordedTensors series;
    private final RecordedRows rows;
    private final RecordedCounters counters;
    private final Usual usual = new Usual();
    private final List<Deviation> worst = new ArrayList<>();
    private final List<Choice> turned = new ArrayList<>();
    private final List<Integer> snapshots = new ArrayList<>();
    private @Nullable TrainingRun run;
    private @Nullable RunMemory before;
    private @Nullable TrainingResult result;

    Rehearsal(RecordedCase recorded, Density density) {
        this.recorded = recorded;
        this.density = density;
        this.drift = new RecordedDrift(recorded);
        this.series = recorded.read("steps.safetensors");
        this.rows = new RecordedRows(recorded.rows());
        this.counters = new RecordedCounters(recorded);
    }

    /// Runs all of it.
    ///
    /// @throws AssertionError naming the first number that is outside its tolerance
    Rehearsal run() {
        try (Workers workers = Workers.of(1)) {
            var trainer =
                    new Trainer(
                            workers,
                            List.of(recorded.recipe()),
                            rows,
                            Trainer.Options.NONE.validatedOn(recorded.validation()),
                            this::begin);
            assertThat(trainer.length().steps()).isEqualTo(recorded.steps());
            result = trainer.run(this).getFirst();
            assertThat(result.failure()).isNull();
            assertThat(result.steps()).isEqualTo(recorded.steps());
        }
        return this;
    }

    /// What the run left behind.
    TrainingResult result() {
        return Objects.requireNonNull(result);
    }

    /// The run at its end.
    TrainingRun ended() {
        return Objects.requireNonNull(run);
    }

    /// The worst deviation of every kind, the worst of all first.
    List<Deviation> worst() {
        return worst;
    }

    /// Choices that were made as in the recording.
    List<Choice> turned() {
        return turned;
    }

    /// Steps after which a copy of the SAE was due.
    List<Integer> snapshots() {
        return snapshots;
    }

    private TrainingRun begin(
            Workers workers,
            Recipe recipe,
            TrainingRun.Setup setup,
            Parameters weights,
            boolean biasesFromFirstBatch) {
        assertThat(biasesFromFirstBatch).isTrue();
        RecordedCase.load(weights, recorded.read("init.safetensors"));
        var begun =
                new TrainingRun(
                        workers,
                        recipe,
                        new TrainingRun.Setup(
                                setup.dIn(),
                                setup.dOut(),
                                setup.pairs(),
                                setup.length(),
                                scaling(setup.scaling()),
                                density,
                                (errors, n) -> drawn(n)),
                        weights,
                        true);
        run = begun;
        before = RunMemory.of(begun);
        return begun;
    }

    /// Eigenvectors have no sign of their own: whitening takes the recorded ones.
    private InputScaling scaling(InputScaling ours) {
        if (ours.type() != InputScale.Type.WHITENING) {
            return ours;
        }
        RecordedTensors extras = recorded.read("extras.safetensors");
        return new InputScaling(
                ours.type(),
                1,
                new InputScaling.Whitening(
                        extras.floats("whitening_mean"),
                        extras.floats("whitening_matrix"),
                        extras.floats("whitening_inverse_matrix")));
    }

    private int[] drawn(int n) {
        String name = "resample/step_" + (ended().steps() + 1) + "/rows";
        double[] found = recorded.read("extras.safetensors").get(name);
        assertThat(found).as(name).hasSize(n);
        return Arrays.stream(found).mapToInt(v -> (int) v).toArray();
    }

    @Override
    public void afterStep(int index, TrainingRun of, StepResult result) {
        int step = (int) of.steps();
        List<Deviation> found = compare(of, result);
        if (!drift.coarse() && usual.isExceeded(found)) {
            var turning =
                    new Turning(of, Objects.requireNonNull(before), rows, usual, this::compare);
            found = turning.explain(found);
            turned.addAll(turning.turned());
        }
        Deviation worstNow = Deviation.worst(found);
        if (!worstNow.holds()) {
            throw new AssertionError(
                    "%s; choices made as recorded so far: %s".formatted(worstNow, turned));
        }
        if (turned.size() > MOST_TURNED) {
            throw new AssertionError("too many choices are not as recorded: " + turned);
        }
        found.forEach(this::note);
        usual.add(found);
        counters.compare(step, of);
        before = RunMemory.of(of);
    }

    private void note(Deviation found) {
        worst.removeIf(d -> d.what().equals(found.what()) && d.ratio() < found.ratio());
        if (worst.stream().noneMatch(d -> d.what().equals(found.what()))) {
            worst.add(found);
        }
        worst.sort((a, b) -> Double.compare(b.ratio(), a.ratio()));
    }

    /// How far a step is off: all series, and the weights if they were recorded after it.
    private List<Deviation> compare(TrainingRun of, StepResult result) {
        int step = (int) of.steps();
        List<Deviation> all = new ArrayList<>();
        for (String name : series.names()) {
            Double value = RecordedSeries.of(name, recorded, result, of);
            if (value != null) {
                double expected = series.get(name)[step - 1];
                double tolerance = drift.ofSeries(name, step);
                all.add(Deviation.of(name, step, expected, value, tolerance));
            }
        }
        String file = "weights_" + step + ".safetensors";
        if (recorded.has(file)) {
            all.addAll(compareWeights(recorded.read(file), step, of.weights()));
        }
        return all;
    }

    private List<Deviation> compareWeights(RecordedTensors file, int step, Parameters weights) {
        List<Deviation> all = new ArrayList<>();
        for (Parameter p : weights.all()) {
            all.add(
                    Deviation.of(
                            p.name() + " after step " + step,
                            step,
                            RecordedCase.values(p, file),
                            RecordedTensors.doubles(p.value()),
                            drift.ofWeights(step)));
        }
        return all;
    }

    @Override
    public void afterEpoch(int index, TrainingRun of, long epoch, Validation found) {
        RecordedTensors epochs = recorded.read("epochs.safetensors");
        int at = (int) epoch - 1;
        int step = (int) of.steps();
        for (Deviation d :
                List.of(
                        Deviation.of(
                                "val_mse",
                                step,
                                epochs.get("val_mse")[at],
                                found.meanSquaredError(),
                                drift.ofAnything()),
                        Deviation.of(
                                "val_l0",
                                step,
                                epochs.get("val_l0")[at],
                                found.l0(),
                                RecordedDrift.FLOOR),
                        Deviation.of(
                                "val_dead",
                                step,
                                epochs.get("val_dead")[at],
                                found.neverFired(),
                                0))) {
            assertThat(d.holds()).as(d.toString()).isTrue();
            note(d);
        }
    }

    @Override
    public void snapshot(int index, TrainingRun of) {
        int step = (int) of.steps();
        snapshots.add(step);
        RecordedTensors file = recorded.read("snapshots.safetensors").part("step_" + step + "/");
        assertThat(file.names()).as("a snapshot after step " + step).isNotEmpty();
        for (Parameter p : of.weights().all()) {
            Deviation d =
                    Deviation.of(
                            p.name() + " of the snapshot",
                            step,
                            RecordedCase.values(p, file),
                            RecordedTensors.doubles(p.value()),
                            drift.ofAnything());
            assertThat(d.holds()).as(d.toString()).isTrue();
            note(d);
        }
    }
}
