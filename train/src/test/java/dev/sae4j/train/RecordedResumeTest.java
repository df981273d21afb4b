package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Workers;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.state.StateFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// A run of any recorded recipe that is stopped at a random step, and resumed by another trainer on
/// another number of threads, ends with the same bits as one that was left alone.
@Tag("fixtures-training")
final class RecordedResumeTest {
    private static final long SEED = 20_260_101;

    /// What a resumed run is followed for.
    private static final int STEPS = 25;

    @TempDir static Path folder;

    private static Workers one;
    private static Workers three;

    @BeforeAll
    static void open() {
        one = Workers.of(1);
        three = Workers.of(3);
    }

    @AfterAll
    static void close() {
        one.close();
        three.close();
    }

    @TestFactory
    Stream<DynamicTest> endsWithTheSameBitsAsARunThatWasLeftAlone() {
        var random = new SplittableRandom(SEED);
        return RecordedCase.all()
                .map(c -> {
                    int stop = 1 + random.nextInt(c.steps() - 1);
                    return DynamicTest.dynamicTest(
                            "%s, stopped after step %d".formatted(c.name(), stop),
                            () -> stopAndResume(c, stop));
                });
    }

    private static void stopAndResume(RecordedCase recorded, int stop) {
        var state = StateFolder.of(folder.resolve(recorded.name()));
        int end = end(recorded, stop);
        var alone = new Until(end);
        alone.run(trainer(one, recorded, options(state, false, stop)));
        var resumed = new Until(end);
        resumed.run(trainer(three, recorded, options(state, true, Long.MAX_VALUE)));
        assertThat(resumed.first).as("first step").isGreaterThan(stop);
        assertThat(resumed.memory).usingRecursiveComparison().isEqualTo(alone.memory);
        TrainingResult whole = alone.result;
        if (whole != null) {
            TrainingResult result = Objects.requireNonNull(resumed.result);
            assertThat(result.weights().sameBits(whole.weights())).as("same bits").isTrue();
            assertThat(result.bestEpoch()).isEqualTo(whole.bestEpoch());
        }
    }

    /// Once everything that a run remembers is the same, its end is the same; only the best epoch is
    /// remembered elsewhere.
    private static int end(RecordedCase recorded, int stop) {
        return recorded.recipe().bestOnValidation()
                ? recorded.steps()
                : Math.min(stop + STEPS, recorded.steps());
    }

    private static Trainer trainer(
            Workers workers, RecordedCase recorded, Trainer.Options options) {
        return new Trainer(
                workers,
                List.of(recorded.recipe()),
                recorded.rows(),
                options.validatedOn(recorded.validation()));
    }

    private static Trainer.Options options(StateFolder state, boolean resume, long every) {
        return new Trainer.Options(new float[0], state, resume, every, Map.of());
    }

    /// Lets a trainer run until after a step.
    private static final class Until implements TrainingListener {
        private final long end;
        private long first;
        private @Nullable RunMemory memory;
        private @Nullable TrainingResult result;

        Until(long end) {
            this.end = end;
        }

        void run(Trainer trainer) {
            try {
                result = trainer.run(this).getFirst();
                assertThat(result.failure()).isNull();
            } catch (CancellationException e) {
                // as asked for
            }
        }

        @Override
        public void afterStep(int index, TrainingRun run, StepResult found) {
            first = first == 0 ? run.steps() : first;
            if (run.steps() == end) {
                memory = RunMemory.of(run);
                if (end < run.length().steps()) {
                    throw new CancellationException();
                }
            }
        }
    }
}
