package dev.sae4j.train;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepResult;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// How long the steps of one recipe take on this machine at a chosen sparsity, to compare machines
/// or changes of the code. Weights begin as random unit vectors, and the learning rate is so small
/// that they stay as sparse as they begin. What a run takes from its real start is another question:
/// `train --dry-run` answers it by running a [Trainer] for a while.
///
/// @param seconds of each timed step, ascending
/// @param l0 active features per row in the last step
/// @param dead features that counted as dead in it
/// @param bytes of heap that the weights, the optimizer and the buffers of a step take
public record StepTiming(List<Double> seconds, double l0, int dead, long bytes) {
    private static final int SAMPLE_ROWS = 256;

    /// What is to be timed.
    ///
    /// @param warmUp steps before the first timed one
    /// @param steps timed
    /// @param mostSeconds to spend after the warm-up, at least one step
    /// @param l0 features that are active in a row at the start, for architectures that select by
    ///     threshold; 0 to leave biases as they are
    /// @param deadShare of the features that are dead in each step
    public record Task(int warmUp, int steps, double mostSeconds, double l0, double deadShare) {}

    /// Times a recipe on rows that are at hand.
    ///
    /// @param batches `[recipe.batch, dIn]` each, taken in turn
    public static StepTiming measure(
            Workers workers, Recipe recipe, int dIn, float[][] batches, Task task) {
        Recipe slow =
                RecipeFiles.with(
                        recipe,
                        List.of("learning_rate.peak=1e-7", "learning_rate.scaled_by_width=false"));
        MemoryPlan.of(slow, dIn, dIn).check(Runtime.getRuntime().maxMemory());
        long before = usedHeap();
        TrainingRun run = run(workers, slow, dIn, batches[0], task.l0());
        int features = run.weights().dSae();
        int[] kill =
                new SplittableRandom(1)
                        .ints((long) (task.deadShare() * features), 0, features)
                        .distinct()
                        .toArray();
        double[] seconds = new double[task.steps()];
        int done = 0;
        double spent = 0;
        StepResult last = null;
        for (int i = -task.warmUp();
                i < task.steps() && (done == 0 || spent < task.mostSeconds());
                i++) {
            for (int j : kill) {
                run.step().dead().kill(j);
            }
            long began = System.nanoTime();
            last = run.step(batches[Math.floorMod(i, batches.length)], recipe.batch());
            double took = (System.nanoTime() - began) / 1e9;
            if (i >= 0) {
                seconds[done++] = took;
                spent += took;
            }
        }
        double[] sorted = Arrays.copyOf(seconds, done);
        Arrays.sort(sorted);
        long bytes = usedHeap() - before;
        return new StepTiming(
                Arrays.stream(sorted).boxed().toList(),
                last == null ? 0 : last.l0(),
                run.step().dead().count(),
                bytes);
    }

    /// The median.
    public double median() {
        return seconds.get(seconds.size() / 2);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static TrainingRun run(
            Workers workers, Recipe recipe, int dIn, float[] sample, double l0) {
        long steps = 1_000_000; // schedules stay where they are for as long as this takes
        Batch batch = Batch.of(sample, recipe.batch());
        Parameters weights = InitialWeights.draw(recipe, Shapes.of(recipe, dIn, dIn), batch);
        float[] decoder = weights.decoder().value();
        for (int at = 0; at < decoder.length; at += dIn) {
            double norm = Math.sqrt(Vectors.squaredNorm(decoder, at, dIn));
            Vectors.scale(norm > 0 ? (float) (1 / norm) : 0, decoder, at, dIn);
        }
        if (!weights.shape().tied()) {
            System.arraycopy(decoder, 0, weights.encoder().value(), 0, decoder.length);
        }
        if (l0 > 0) {
            makeSparse(workers, weights, recipe, sample, l0);
        }
        var setup = TrainingRun.Setup.of(dIn, new RunLength(steps, steps, 1), InputScaling.NONE);
        return new TrainingRun(workers, recipe, setup, weights, false);
    }

    /// Sets the encoder bias so that `l0` features of a row are positive.
    private static void makeSparse(
            Workers workers, Parameters weights, Recipe recipe, float[] sample, double l0) {
        int d = weights.dIn();
        int f = weights.dSae();
        int rows = Math.min(SAMPLE_ROWS, recipe.batch());
        float[] z = new float[Math.multiplyExact(rows, f)];
        var packed = PackedMatrix.of(workers, weights.encoder().value(), f, d);
        Gemm.multiply(workers, Rows.of(sample, rows, d), packed, z);
        Arrays.parallelSort(z);
        float bound = z[(int) Math.max(0, z.length - l0 * rows)];
        float[] bias =
                recipe.activation() instanceof Architecture.Gated && weights.gateBias() != null
                        ? weights.gateBias().value()
                        : weights.encoderBias().value();
        Arrays.fill(bias, -bound);
    }
}
