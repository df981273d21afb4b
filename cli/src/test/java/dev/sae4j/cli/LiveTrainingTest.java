package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.ContextRule;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.testing.Gen;
import dev.sae4j.train.Trainer;
import dev.sae4j.train.TrainingListener;
import dev.sae4j.train.TrainingResult;
import dev.sae4j.train.TrainingRun;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.state.SavedState;
import dev.sae4j.train.state.StateFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training on a model that runs meanwhile.
class LiveTrainingTest {
    private static final Workers WORKERS = Workers.of(2);

    @TempDir Path dir;

    @Test
    void rememberingTheStartChangesNoRow() {
        Gen.forAll(
                200,
                random -> {
                    float[] values = Gen.gaussians(random, 3 * (5 + random.nextInt(40)));
                    TrainingRows plain = TrainingRows.of(values, 3, 1);
                    var remembered =
                            new RememberedStart(TrainingRows.of(values, 3, 1), random.nextInt(60));
                    for (int i = 0; i < 20; i++) {
                        if (random.nextInt(3) == 0) {
                            long to = random.nextInt(80);
                            plain.seek(to);
                            remembered.seek(to);
                        }
                        int n = random.nextInt(20);
                        float[] a = new float[3 * n];
                        float[] b = new float[3 * n];
                        assertThat(remembered.next(b, n)).isEqualTo(plain.next(a, n));
                        assertThat(b).isEqualTo(a);
                        assertThat(remembered.position()).isEqualTo(plain.position());
                    }
                });
    }

    /// Stands for a process that dies.
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private record DiesAfter(long step) implements TrainingListener {
        @Override
        public void afterStep(int index, TrainingRun run, StepResult found) {
            if (run.steps() > step) {
                throw new Killed();
            }
        }
    }

    private static TrainingResult train(
            Recipe recipe,
            Trainer.Options options,
            long diesAfter,
            TextSource text,
            ContextRule rule,
            Exclusion exclude) {
        var place =
                new TrainingInputs.Place(List.of(Hook.parse("resid_post.1")), 64, rule, exclude);
        LanguageModel model = LanguageModel.open(TinyModel.whole());
        try (TrainingInput input =
                new TrainingInputs(recipe.seed(), 0)
                        .live(WORKERS, model, text, place, List.of(recipe))) {
            return new Trainer(WORKERS, List.of(recipe), input.rows(), options)
                    .run(new DiesAfter(diesAfter))
                    .getFirst();
        }
    }

    private void endsWithTheSameBits(
            String name,
            int steps,
            TextSource text,
            ContextRule rule,
            Exclusion exclude,
            int... deaths) {
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset("topk"),
                        List.of(
                                "features=64",
                                "activation.k=4",
                                "batch=128",
                                "tokens=" + steps * 128,
                                "start.sample_rows=300"));
        TrainingResult whole =
                train(recipe, Trainer.Options.NONE, Long.MAX_VALUE, text, rule, exclude);
        var state = StateFolder.of(dir.resolve(name));
        var options = new Trainer.Options(new float[0], state, true, 5, Map.of("data", "live"));
        for (int step : deaths) {
            assertThatThrownBy(() -> train(recipe, options, step, text, rule, exclude))
                    .isInstanceOf(Killed.class);
            try (SavedState saved = state.latest(_ -> {}).orElseThrow()) {
                assertThat(saved.facts().has("rows_cursor")).as(name).isTrue();
            }
        }
        TrainingResult resumed = train(recipe, options, Long.MAX_VALUE, text, rule, exclude);
        assertThat(resumed.steps()).isEqualTo(steps);
        assertThat(resumed.weights().sameBits(whole.weights())).as(name).isTrue();
    }

    @Test
    void aResumedRunEndsWithTheSameBits() {
        TextSource text = TextSource.open("wordnet");
        endsWithTheSameBits(
                "plain", 60, text, ContextRule.SPLIT, Exclusion.FIRST_AND_SPECIAL, 12, 14, 57);
        endsWithTheSameBits(
                "packed",
                120,
                text,
                ContextRule.of(ContextRule.Kind.STREAM),
                Exclusion.parse("first,norm=3"),
                115);
    }

    @Test
    void aResumedRunEndsWithTheSameBitsInALaterEpoch() {
        List<String> lines =
                IntStream.range(0, 90)
                        .mapToObj(i -> "the stone bridge over river number " + i * i)
                        .toList();
        endsWithTheSameBits(
                "epochs",
                40,
                TextSource.of("lines", lines),
                ContextRule.SPLIT,
                Exclusion.FIRST_AND_SPECIAL,
                20,
                33);
    }
}
