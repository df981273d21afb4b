package dev.sae4j.cli;

import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.MadeUpRows;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.StepTiming;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Times the training steps of any recipe.
///
/// @param recipe its name or file
/// @param dIn width of the activations
/// @param dSae number of features
/// @param k features active per row: what the architecture keeps, or where ReLU and its kin begin
/// @param batch rows per step
/// @param dead share of features that count as dead
/// @param steps timed
/// @param rows file with a matrix of activations; null for made-up ones
record TrainBench(
        String recipe,
        int dIn,
        int dSae,
        int k,
        int batch,
        double dead,
        int steps,
        @Nullable Path rows) {
    private static final int BATCHES = 4;
    private static final int WARM_UP = 5;

    /// `10·B·D·F` operations are what a step would take if everything were dense.
    Bench.Timing run(Workers workers) {
        Recipe chosen = chosen();
        boolean selects = keeps(chosen.activation());
        var task =
                new StepTiming.Task(
                        WARM_UP, steps, Double.POSITIVE_INFINITY, selects ? 0 : k, dead);
        StepTiming timing = StepTiming.measure(workers, chosen, dIn, batches(), task);
        MemoryPlan plan = MemoryPlan.of(chosen, dIn, dIn);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("recipe", chosen.name());
        facts.put("d", dIn);
        facts.put("f", dSae);
        facts.put("k", k);
        facts.put("batch", batch);
        facts.put("dead_share", dead);
        facts.put("dead_features", timing.dead());
        facts.put("l0_end", timing.l0());
        facts.put("fastest_step_seconds", timing.seconds().getFirst());
        facts.put("heap_mib", timing.bytes() / 1048576.0);
        facts.put("planned_mib", plan.total() / 1048576.0);
        facts.put("weights_and_optimizer_mib", (plan.weights() + plan.optimizer()) / 1048576.0);
        facts.put("gradients_mib", plan.gradients() / 1048576.0);
        return new Bench.Timing(facts, batch, 10.0 * batch * dIn * dSae, timing.median());
    }

    private Recipe chosen() {
        Recipe named = RecipeFiles.open(recipe);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("features", dSae);
        settings.put("batch", batch);
        settings.put("tokens", (long) batch * 1_000_000);
        if (keeps(named.activation())) {
            settings.put("activation.k", k);
        }
        return RecipeFiles.with(named, settings);
    }

    private static boolean keeps(Architecture activation) {
        return switch (activation) {
            case Architecture.TopK _,
                    Architecture.AbsTopK _,
                    Architecture.BatchTopK _,
                    Architecture.GroupMax _ ->
                    true;
            case Architecture.Relu _,
                    Architecture.Gated _,
                    Architecture.JumpRelu _,
                    Architecture.MatchingPursuit _ ->
                    false;
        };
    }

    private float[][] batches() {
        Path file = rows;
        if (file == null) {
            return MadeUpRows.batches(dIn, batch, BATCHES, 1);
        }
        try (TensorFile tensors = TensorFile.open(file)) {
            List<Tensor> matrices =
                    tensors.tensors().values().stream()
                            .filter(t -> t.shape().length == 2 && t.shape()[1] == dIn)
                            .toList();
            if (matrices.size() != 1 || matrices.getFirst().shape()[0] < batch) {
                throw new UsageException(
                        "[%s] --rows needs one matrix of at least %d rows of %d, found %s"
                                .formatted(
                                        file.getFileName(),
                                        batch,
                                        dIn,
                                        tensors.tensors().values()));
            }
            float[] all = matrices.getFirst().toFloats();
            int count = Math.min(BATCHES, all.length / dIn / batch);
            float[][] batches = new float[count][];
            for (int i = 0; i < count; i++) {
                int from = i * batch * dIn;
                batches[i] = java.util.Arrays.copyOfRange(all, from, from + batch * dIn);
            }
            return batches;
        }
    }
}
