package dev.sae4j.cli;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.train.MadeUpRows;
import dev.sae4j.train.engine.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// Times the encoder of a TopK SAE on made-up activations.
final class SaeBench {
    private static final int BATCHES = 4;
    private static final int WARM_UP = 5;

    private final int dIn;
    private final int dSae;
    private final int k;
    private final int batch;
    private final int steps;
    private final SplittableRandom random = new SplittableRandom(1);

    /// @param sizes d_in and d_sae
    SaeBench(int[] sizes, int k, int batch, int steps) {
        Bench.check(sizes, k, batch);
        this.dIn = sizes[0];
        this.dSae = sizes[1];
        this.k = k;
        this.batch = batch;
        this.steps = steps;
    }

    /// The encoder and its selection; `2·B·D·F` operations.
    Bench.Timing encode(Workers workers) {
        Parameters w = weights();
        var config = new SaeConfig(dIn, dSae, new Activation.TopK(k), true, Map.of());
        float[][] batches = MadeUpRows.batches(dIn, batch, BATCHES, 1);
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
}
