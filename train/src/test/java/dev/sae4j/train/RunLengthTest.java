package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunLengthTest {
    private static Recipe recipe(String... settings) {
        return RecipeFiles.with(
                RecipeFiles.with(RecipeFiles.preset("topk"), List.of("batch=16")),
                List.of(settings));
    }

    @Test
    void countsWholeBatchesOnly() {
        assertThat(RunLength.of(recipe("tokens=47"), 1000)).isEqualTo(new RunLength(2, 62, 1));
        assertThat(RunLength.of(recipe(), 47))
                .as("the rows once")
                .isEqualTo(new RunLength(2, 2, 1));
    }

    @Test
    void epochsRunIntoEachOtherUnlessTheLastBatchIsKept() {
        assertThat(RunLength.of(recipe("epochs=3"), 40)).isEqualTo(new RunLength(7, 2, 4));
        assertThat(RunLength.of(recipe("epochs=3", "keep_last_batch=true"), 40))
                .isEqualTo(new RunLength(9, 3, 3));
    }

    @Test
    void aStepTakesAllAccumulatedBatches() {
        assertThat(RunLength.of(recipe("tokens=100", "accumulate=3"), 1000).steps()).isEqualTo(2);
    }

    @Test
    void refusesLessThanABatch() {
        for (long tokens : new long[] {0, 15}) {
            assertThatThrownBy(() -> RunLength.of(recipe("tokens=" + tokens), 1000))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "%d training rows are less than one batch of 16: train on more, or with --set batch=N"
                                    .formatted(tokens));
        }
    }
}
