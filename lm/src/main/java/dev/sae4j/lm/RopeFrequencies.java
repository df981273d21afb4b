package dev.sae4j.lm;

import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;

/// Angles per position of the rotary embedding.
final class RopeFrequencies {
    private RopeFrequencies() {}

    /// `[headDim / 2]`, radians per position: `theta^(-2i / headDim)`, scaled.
    static double[] of(Rope rope, int headDim) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = Math.pow(rope.theta(), -2.0 * i / headDim);
            frequencies[i] =
                    switch (rope.scaling()) {
                        case Scaling.None() -> plain;
                        case Scaling.Llama3 llama3 -> scaled(plain, llama3);
                    };
        }
        return frequencies;
    }

    private static double scaled(double frequency, Scaling.Llama3 s) {
        double wavesInContext = s.originalContext() * frequency / (2 * Math.PI);
        if (wavesInContext < s.lowFactor()) {
            return frequency / s.factor();
        }
        if (wavesInContext > s.highFactor()) {
            return frequency;
        }
        double smooth = (wavesInContext - s.lowFactor()) / (s.highFactor() - s.lowFactor());
        return (1 - smooth) * frequency / s.factor() + smooth * frequency;
    }
}
