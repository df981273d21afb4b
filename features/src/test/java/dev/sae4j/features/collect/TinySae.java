package dev.sae4j.features.collect;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.util.Map;

/// SAEs for tests.
public final class TinySae {
    private TinySae() {}

    /// ReLU SAE with the given decoder rows, which encode too; biases are zero.
    public static Sae of(float[][] rows) {
        int d = rows[0].length;
        SaeWeights weights =
                new SaeWeights() {
                    @Override
                    public void encoderRow(int feature, float[] target, int at) {
                        System.arraycopy(rows[feature], 0, target, at, d);
                    }

                    @Override
                    public void decoderRow(int feature, float[] target, int at) {
                        encoderRow(feature, target, at);
                    }

                    @Override
                    public float[] encoderBias() {
                        return new float[rows.length];
                    }

                    @Override
                    public float[] decoderBias() {
                        return new float[d];
                    }
                };
        var config =
                new SaeConfig(
                        d,
                        rows.length,
                        new Activation.Relu(),
                        false,
                        Map.of("model_name", "tiny", "hook_name", "resid_post.2"));
        return new Sae(config, weights, () -> {});
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
