package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.store.TrainingRows;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    @Test
    void countsWeightsMomentsCopiesAndTheBatch() {
        Recipe recipe = Recipes.topK(576, 4608, 16, 1_000_000, 1);
        MemoryPlan plan = MemoryPlan.of(recipe, 576);
        // encoder and decoder, two moments of each, two copies of each, the packed encoder
        long matrices = 11L * 4 * 576 * 4608;
        assertThat(plan.weights()).isBetween(matrices, matrices + 4L * 100 * 4608);
        // inputs, errors, errors of the auxiliary loss; 16 and 32 slots of four numbers
        assertThat(plan.batch()).isEqualTo(4L * 1024 * (3 * 576 + 4 * (16 + 32)));
        assertThat(plan.total()).isEqualTo(plan.weights() + plan.batch());
    }

    @Test
    void refusesWhatDoesNotFitWithTheNumbersNeeded() {
        Recipe recipe = Recipes.topK(192, 2_000_000, 16, 1_000_000, 1);
        MemoryPlan plan = MemoryPlan.of(recipe, 192);
        assertThatThrownBy(() -> plan.check(recipe, 192, 4_000_000_000L))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "training 2000000 features of width 192 with batch 1024 needs 17.0 GB of memory (17.0 GB for weights and optimiser, 0.0 GB for a batch), but the heap may only grow to 4.0 GB: choose fewer features, a smaller batch, or allow more with SAE4J_OPTS=-Xmx20g");
        assertThatCode(() -> plan.check(recipe, 192, 20_000_000_000L)).doesNotThrowAnyException();
    }

    @Test
    void refusesMatricesThatNoArrayHolds() {
        Recipe recipe = Recipes.topK(4096, 600_000, 16, 1_000_000, 1);
        assertThatThrownBy(() -> MemoryPlan.of(recipe, 4096).check(recipe, 4096, Long.MAX_VALUE))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("d_in = 4096 times d_sae = 600000")
                .hasMessageContaining("choose a smaller width or batch");
    }

    @Test
    void trainerRefusesBeforeItAllocates() {
        TrainingRows rows = TrainingRows.of(new float[192 * 4], 192, 1);
        Recipe recipe = Recipes.topK(192, 10_000_000, 16, 1_000_000, 1);
        try (var workers = dev.sae4j.kernel.Workers.of(1)) {
            assertThatThrownBy(() -> new Trainer(workers, recipe, rows))
                    .hasMessageContaining("training 10000000 features of width 192")
                    .hasMessageContaining("GB of memory");
        }
    }
}
