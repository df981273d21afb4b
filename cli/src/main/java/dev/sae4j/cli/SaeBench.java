package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.train.MemoryPlan;
import dev.sae4j.train.engine.Batch;
import dev.sae4j.train.engine.Density;
import dev.sae4j.train.engine.Optimizers;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.engine.StepSettings;
import dev.sae4j.train.engine.TrainingStep;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// Times a TopK SAE on made-up activations: each row is a sum of 24 directions drawn with power-law
/// probabilities, so that some features fire often and others hardly ever, as in life.
final class SaeBench {
    private static final int BATCHES = 4;
    private static final int WARM_UP = 5;
    private static final double RATE = 3e-4;

    private final int dIn;
    private final int dSae;
    private final int k;
    private final int batch;
    private final double dead;
    private final int steps;
    private final SplittableRandom random = new SplittableRandom(1);

    /// @param sizes d_in and d_sae
    SaeBench(int[] sizes, int k, int batch, double dead, int steps) {
        long elements = (long) sizes[0] * sizes[1];
        if (elements > Integer.MAX_VALUE - 16 || (long) batch * sizes[0] > Integer.MAX_VALUE - 16) {
            throw new UsageException(
                    "%d x %d with batch %d is too large: a matrix has at most %d elements here"
                            .formatted(sizes[0], sizes[1], batch, Integer.MAX_VALUE - 16));
        }
        if (k < 1 || k > sizes[1]) {
            throw new UsageException(
                    "--k is %d: expected 1 to %d, the number of features".formatted(k, sizes[1]));
        }
        this.dIn = sizes[0];
        this.dSae = sizes[1];
        this.k = k;
        this.batch = batch;
        this.dead = dead;
        this.steps = steps;
    }

    /// One training step; `10·B·D·F` operations are what it would take if everything were dense.
    Bench.Timing train(Workers workers) {
        Recipe recipe = recipe();
        MemoryPlan.of(recipe, dIn, dIn).check(Runtime.getRuntime().maxMemory());
        Parameters weights = weights();
        var optimizer =
                Optimizers.of(recipe.optimizer(), weights.all(), RateSchedule.linear(RATE, steps));
        var step = TrainingStep.of(workers, recipe, weights, optimizer, steps, Density.MEASURED);
        float[][] batches = activations();
        double[] seconds = new double[steps];
        for (int i = -WARM_UP; i < steps; i++) {
            for (int j = 0; j < dead * dSae; j++) {
                step.dead().kill(j);
            }
            long began = System.nanoTime();
            step.run(
                    Batch.of(batches[Math.floorMod(i, BATCHES)], batch),
                    new StepSettings(RATE, 0, 1, Double.NaN, k, true));
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - began) / 1e9;
            }
        }
        return timing(seconds, 10.0 * batch * dIn * dSae);
    }

    private Recipe recipe() {
        return RecipeFiles.with(
                RecipeFiles.preset("topk"),
                Map.of("features", dSae, "activation.k", k, "batch", batch, "dead.after", "1e17"));
    }

    /// The encoder and its selection; `2·B·D·F` operations.
    Bench.Timing encode(Workers workers) {
        Parameters w = weights();
        var config = new SaeConfig(dIn, dSae, new Activation.TopK(k), true, Map.of());
        float[][] batches = activations();
        double[] seconds = new double[steps];
        try (Sae sae =
                Sae.of(
                        config,
                        SaeWeights.of(
                                Matrix.of(w.encoder().value(), dSae, dIn),
                                w.encoderBias().value(),
                                Matrix.of(w.decoder().value(), dSae, dIn),
                                w.decoderBias().value()))) {
            for (int i = -WARM_UP; i < steps; i++) {
                long began = System.nanoTime();
                sae.encode(workers, Rows.of(batches[Math.floorMod(i, BATCHES)], batch, dIn));
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - began) / 1e9;
                }
            }
        }
        return timing(seconds, 2.0 * batch * dIn * dSae);
    }

    private Bench.Timing timing(double[] seconds, double flops) {
        Arrays.sort(seconds);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("d", dIn);
        facts.put("f", dSae);
        facts.put("k", k);
        facts.put("batch", batch);
        facts.put("dead_share", dead);
        return new Bench.Timing(facts, batch, flops, seconds[seconds.length / 2]);
    }

    private Parameters weights() {
        Parameters w = Parameters.zeros(Parameters.Shape.of(dIn, dSae));
        float[] decoder = w.decoder().value();
        for (int i = 0; i < decoder.length; i++) {
            decoder[i] = (float) random.nextGaussian();
        }
        for (int at = 0; at < decoder.length; at += dIn) {
            float norm = (float) Math.sqrt(Vectors.squaredNorm(decoder, at, dIn));
            Vectors.scale(1 / norm, decoder, at, dIn);
        }
        System.arraycopy(decoder, 0, w.encoder().value(), 0, decoder.length);
        return w;
    }

    private float[][] activations() {
        int directions = 4 * dIn;
        float[] dictionary = new float[directions * dIn];
        for (int i = 0; i < dictionary.length; i++) {
            dictionary[i] = (float) (random.nextGaussian() / Math.sqrt(dIn));
        }
        float[][] batches = new float[BATCHES][batch * dIn];
        for (float[] x : batches) {
            for (int row = 0; row < batch; row++) {
                for (int s = 0; s < 24; s++) {
                    int direction = (int) (directions * Math.pow(random.nextDouble(), 2));
                    float strength = (float) (3 * random.nextDouble());
                    Vectors.addScaled(strength, dictionary, direction * dIn, x, row * dIn, dIn);
                }
            }
        }
        return batches;
    }
}
