package dev.sae4j.features.collect;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.util.Map;

/// SAEs for tests.
public final class TinySae {
    private TinySae() {}

    /// ReLU SAE with the given decoder rows, which encode too; biases are zero.
    public static Sae of(float[][] rows) {
        int d = rows[0].length;
        float[] flat = new float[rows.length * d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * d, d);
        }
        var weights = new ArrayWeights(d, flat, new float[rows.length], flat, new float[d]);
        var config =
                new SaeConfig(
                        d,
                        rows.length,
                        new Activation.Relu(),
                        false,
                        Map.of("model_name", "tiny", "hook_name", "resid_post.2"));
        return Sae.of(config, weights);
    }

    /// An SAE whose features are the dimensions of its input.
    public static Sae identity(int width) {
        float[][] rows = new float[width][width];
        for (int i = 0; i < width; i++) {
            rows[i][i] = 1;
        }
        return of(rows);
    }
}
