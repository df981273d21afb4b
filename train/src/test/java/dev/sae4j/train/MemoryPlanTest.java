package dev.sae4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static Recipe recipe(String preset, int features, String... settings) {
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset(preset),
                        Map.of("features", features, "batch", 1024, "tokens", 1_000_000));
        return RecipeFiles.with(recipe, List.of(settings));
    }

    @Test
    void countsWeightsMomentsCopiesAndTheBatch() {
        MemoryPlan plan = MemoryPlan.of(recipe("topk", 4608), 576, 576);
        long matrices = 2L * 4 * 576 * 4608;
        assertThat(plan.weights()).isBetween(matrices, matrices + 4L * 10 * 4608);
        assertThat(plan.optimizer()).as("two moments").isEqualTo(2 * plan.weights());
        assertThat(plan.copies()).as("the packed encoder").isEqualTo(matrices / 2);
        assertThat(plan.dense()).isZero();
        // rows as read, scaled and centred; errors, and those of the auxiliary loss; 16 + 32
        // entries
        assertThat(plan.batch()).isEqualTo(4L * 1024 * (5 * 576 + 8 * (16 + 32)));
        assertThat(plan.total())
                .isEqualTo(plan.weights() + plan.optimizer() + plan.copies() + plan.batch());
    }

    @Test
    void aReluSaeNeedsRoomForAllItsPreActivationsUntilItIsSparse() {
        MemoryPlan plan = MemoryPlan.of(recipe("saelens-standard", 4608), 576, 576);
        assertThat(plan.dense()).isGreaterThan(4L * 1024 * 4608);
    }

    @Test
    void keepsTheBestWeightsAndTheAverageBesideThoseInTraining() {
        Recipe plain = recipe("topk", 4608);
        long weights = MemoryPlan.of(plain, 576, 576).weights();
        long copies = MemoryPlan.of(plain, 576, 576).copies();
        Recipe best = RecipeFiles.with(plain, List.of("best_on_validation=true"));
        assertThat(MemoryPlan.of(best, 576, 576).copies()).isEqualTo(copies + weights);
        MemoryPlan signum = MemoryPlan.of(recipe("sparsify-topk", 4608), 576, 576);
        assertThat(signum.copies()).isEqualTo(copies + weights);
        assertThat(signum.optimizer()).as("z").isEqualTo(weights);
    }

    @Test
    void countsTheGradientsOfStepsThatClipButDemandsNoRoomForThem() {
        long matrices = 2L * 4 * 576 * 4608;
        MemoryPlan plain = MemoryPlan.of(recipe("topk", 4608), 576, 576);
        assertThat(plain.gradients()).isZero();
        MemoryPlan clips = MemoryPlan.of(clipping(), 576, 576);
        assertThat(clips.gradients()).isEqualTo(matrices);
        assertThat(clips.total()).isEqualTo(plain.total() + matrices);
        assertThat(clips.least()).isEqualTo(plain.total());
        assertThatCode(() -> clips.check(plain.total())).doesNotThrowAnyException();
        assertThatThrownBy(() -> clips.check(plain.total() - 1)).isInstanceOf(Sae4jException.class);
        MemoryPlan twice = MemoryPlan.of(List.of(clipping(), clipping()), 576, 576);
        assertThat(twice.least()).isEqualTo(twice.total() - 2 * matrices);
    }

    private static Recipe clipping() {
        return recipe("topk", 4608, "clip=1");
    }

    @Test
    void demandsRoomForGradientsThatNoStepCanDoWithout() {
        long matrix = 4L * 576 * 4608;
        MemoryPlan muon = MemoryPlan.of(recipe("sparsify-topk-muon", 4608), 576, 576);
        assertThat(muon.gradients()).as("and orthogonal ones").isEqualTo(4 * matrix);
        assertThat(muon.optimizer()).as("momentum").isEqualTo(muon.weights());
        assertThat(muon.least()).isEqualTo(muon.total());
        MemoryPlan pursuit = MemoryPlan.of(recipe("saelens-matching-pursuit", 4608), 576, 576);
        assertThat(pursuit.gradients()).as("of tied weights").isEqualTo(matrix);
        assertThat(pursuit.least()).isEqualTo(pursuit.total());
    }

    @Test
    void runsThatTrainTogetherAddUp() {
        Recipe one = recipe("topk", 512);
        Recipe two = recipe("batchtopk", 1024);
        MemoryPlan together = MemoryPlan.of(List.of(one, two), 64, 64);
        assertThat(together.total())
                .isEqualTo(MemoryPlan.of(one, 64, 64).total() + MemoryPlan.of(two, 64, 64).total());
        assertThat(together.shape())
                .isEqualTo(
                        "512 features of width 64 with batch 1024, 1024 features of width 64 with batch 1024");
    }

    @Test
    void refusesWhatDoesNotFitWithTheNumbersNeeded() {
        MemoryPlan plan = MemoryPlan.of(recipe("topk", 2_000_000), 192, 192);
        assertThatThrownBy(() -> plan.check(4_000_000_000L))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "training 2000000 features of width 192 with batch 1024 needs 10.9 GB of memory (10.8 GB for weights and optimizer, 0.0 GB for a batch), but the heap may only grow to 4.0 GB: choose fewer features, a smaller batch, or allow more with SAE4J_OPTS=-Xmx13g");
        assertThatCode(() -> plan.check(20_000_000_000L)).doesNotThrowAnyException();
    }

    @Test
    void refusesMatricesThatNoArrayHolds() {
        assertThatThrownBy(() -> MemoryPlan.of(recipe("topk", 600_000), 4096, 4096))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("width 4096 times d_sae = 600000")
                .hasMessageContaining("choose a smaller width or batch");
    }

    @Test
    void trainerRefusesBeforeItAllocates() {
        TrainingRows rows = TrainingRows.of(new float[192 * 4], 192, 1);
        try (Workers workers = Workers.of(1)) {
            assertThatThrownBy(() ->
                            new Trainer(
                                    workers,
                                    List.of(recipe("topk", 10_000_000)),
                                    rows,
                                    Trainer.Options.NONE))
                    .hasMessageContaining("training 10000000 features of width 192")
                    .hasMessageContaining("GB of memory");
        }
    }
}
