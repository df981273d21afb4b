package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.state.StateFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerJobsTest {
    private static final int ROWS = 1000;
    private static final int LEFT = 12;
    private static final int RIGHT = 8;
    private static final long SEED = 3;
    private static final Workers WORKERS = Workers.of(2);
    private static final Recipe TOPK = small("topk", "start.sample_rows=200", "activation.k=3");
    private static final Recipe BATCH = small("batchtopk", "activation.k=2");
    private static final Recipe WHITE =
            small("topk", "name=white", "activation.k=3", "input.type=whitening");

    private static final TrainingListener NOBODY = new TrainingListener() {};

    @TempDir Path dir;

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static Recipe small(String preset, String... more) {
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.open(preset),
                        List.of("features=40", "batch=50", "tokens=2k", "seed=7"));
        return RecipeFiles.with(recipe, List.of(more));
    }

    private static float[] values(int n, long seed) {
        var random = new SplittableRandom(seed);
        float[] values = new float[n * (LEFT + RIGHT)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian(i % 3, 1 + i % (LEFT + RIGHT));
        }
        return values;
    }

    private static float[] part(float[] values, int from, int width) {
        int stride = LEFT + RIGHT;
        float[] part = new float[values.length / stride * width];
        for (int r = 0; r < values.length / stride; r++) {
            System.arraycopy(values, r * stride + from, part, r * width, width);
        }
        return part;
    }

    private static TrainingRows rows(float[] values, int width) {
        return TrainingRows.of(values, width, SEED);
    }

    private static TrainingRows both() {
        return rows(values(ROWS, 1), LEFT + RIGHT);
    }

    private static List<Trainer.Job> jobs() {
        return List.of(
                new Trainer.Job(TOPK, 0, LEFT),
                new Trainer.Job(BATCH, LEFT, RIGHT),
                new Trainer.Job(WHITE, LEFT, RIGHT));
    }

    /// What a job's run comes to where its columns are all there is.
    private static TrainingResult alone(Trainer.Job job) {
        float[] own = part(values(ROWS, 1), job.from(), job.width());
        float[] validation = part(values(90, 2), job.from(), job.width());
        var options = Trainer.Options.NONE.validatedOn(validation);
        return new Trainer(WORKERS, List.of(job.recipe()), rows(own, job.width()), options)
                .run(NOBODY)
                .getFirst();
    }

    private static void assertSame(Parameters found, Parameters expected) {
        List<Parameter> all = expected.all();
        for (int i = 0; i < all.size(); i++) {
            assertThat(found.all().get(i).value())
                    .as(all.get(i).name())
                    .isEqualTo(all.get(i).value());
        }
    }

    private static void assertAsAlone(List<TrainingResult> found) {
        for (int i = 0; i < found.size(); i++) {
            TrainingResult expected = alone(jobs().get(i));
            assertThat(found.get(i).failure()).isNull();
            assertThat(found.get(i).steps()).isEqualTo(expected.steps());
            assertThat(found.get(i).threshold()).isEqualTo(expected.threshold());
            assertThat(found.get(i).scaling().factor()).isEqualTo(expected.scaling().factor());
            assertSame(found.get(i).weights(), expected.weights());
        }
    }

    @Test
    void jobsOnPartsOfRowsGiveTheBitsOfRunsOnEachPart() {
        var options = Trainer.Options.NONE.validatedOn(values(90, 2));
        assertAsAlone(Trainer.of(WORKERS, jobs(), both(), options).run(NOBODY));
    }

    @Test
    void validatesEachJobOnItsOwnColumns() {
        double[] errors = new double[2];
        for (int i = 0; i < 2; i++) {
            int at = i;
            float[] all = i == 0 ? values(90, 2) : part(values(90, 2), 0, LEFT);
            TrainingRows rows = i == 0 ? both() : rows(part(values(ROWS, 1), 0, LEFT), LEFT);
            var job = new Trainer.Job(TOPK, 0, LEFT);
            Trainer.of(WORKERS, List.of(job), rows, Trainer.Options.NONE.validatedOn(all))
                    .run(
                            new TrainingListener() {
                                @Override
                                public void afterEpoch(
                                        int n, TrainingRun run, long epoch, Validation found) {
                                    errors[at] = found.meanSquaredError();
                                }
                            });
        }
        assertThat(errors[0]).isPositive().isEqualTo(errors[1]);
    }

    private static TrainingListener heard(LongConsumer steps) {
        return new TrainingListener() {
            @Override
            public void afterStep(int index, TrainingRun run, StepResult found) {
                steps.accept(run.steps());
            }
        };
    }

    private Trainer resumable(List<Trainer.Job> jobs) {
        var state = StateFolder.of(dir.resolve("state"));
        var options = new Trainer.Options(values(90, 2), state, true, 7, Map.of("rows", "both"));
        return Trainer.of(WORKERS, jobs, both(), options);
    }

    private void killAfter(long step) {
        Trainer stopped = resumable(jobs());
        assertThatThrownBy(() ->
                        stopped.run(
                                heard(steps -> {
                                    if (steps == step) {
                                        throw new IllegalStateException("killed");
                                    }
                                })))
                .hasMessage("killed");
    }

    @Test
    void goesOnInTheMiddleWithTheSameColumnsOnly() {
        killAfter(17);
        List<Trainer.Job> others =
                List.of(new Trainer.Job(TOPK, LEFT - 4, LEFT), jobs().get(1), jobs().get(2));
        assertThatThrownBy(() -> resumable(others).run(NOBODY))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("cannot be resumed");
        long[] first = {0};
        List<TrainingResult> results =
                resumable(jobs()).run(heard(steps -> first[0] = first[0] == 0 ? steps : first[0]));
        assertThat(first[0]).isEqualTo(15);
        assertAsAlone(results);
    }

    @Test
    void theSpeedOfAResumedRunIsThatOfItsOwnSteps() {
        killAfter(17); // the last state is of step 14
        for (TrainingResult resumed : resumable(jobs()).run(NOBODY)) {
            assertThat(resumed.tokens()).isEqualTo(40 * 50);
            assertThat(resumed.tokensBefore()).isEqualTo(14 * 50);
            assertThat(resumed.rowsPerSecond() * resumed.seconds())
                    .isCloseTo(26 * 50, within(1e-6)); // a rounding of double
        }
    }

    @Test
    void refusesColumnsThatAreNotThere() {
        for (var job : List.of(new Trainer.Job(TOPK, 12, 9), new Trainer.Job(TOPK, -1, 4))) {
            assertThatThrownBy(
                            () -> Trainer.of(WORKERS, List.of(job), both(), Trainer.Options.NONE))
                    .hasMessageContaining("are not within rows of width 20");
        }
        TrainingRows pairs =
                TrainingRows.sideBySide(
                        TrainingRows.of(new float[100], 10, 1),
                        TrainingRows.of(new float[50], 5, 1));
        var half = new Trainer.Job(TOPK, 0, 10);
        assertThatThrownBy(() -> Trainer.of(WORKERS, List.of(half), pairs, Trainer.Options.NONE))
                .hasMessageContaining("are trained on as a whole");
    }
}
