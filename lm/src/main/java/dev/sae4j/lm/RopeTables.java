package dev.sae4j.lm;

import dev.sae4j.kernel.Rotary;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Cosines and sines of the rotary embedding, one set for each way in which a model's layers turn.
/// May be shared between threads.
final class RopeTables {
    private final int headDim;
    private final int context;
    private final DoubleUnaryOperator rounding;
    private final Map<Rope, Rotary> tables = new ConcurrentHashMap<>();

    /// @param rounding what becomes of each frequency: that of a recorded run, for tests
    RopeTables(DecoderSpec spec, DoubleUnaryOperator rounding) {
        this.headDim = spec.attention().headDim();
        this.context = spec.context();
        this.rounding = rounding;
    }

    /// Tables for at least `positions` positions; null if nothing is turned.
    @Nullable Rotary of(Rope rope, int positions) {
        if (rope.size() == 0) {
            return null;
        }
        Rotary there = tables.get(rope);
        if (there != null && there.positions() >= positions) {
            return there;
        }
        // a few sizes only, so that batches of growing length do not compute tables each time
        int rounded = Math.min(context, Integer.highestOneBit(positions - 1 | 63) * 2);
        double[] frequencies = Arrays.stream(frequencies(rope)).map(rounding).toArray();
        double amplitude = rope.scaling() instanceof Scaling.PerFrequency p ? p.amplitude() : 1;
        Rotary made = Rotary.of(frequencies, amplitude, headDim, Math.max(positions, rounded));
        tables.put(rope, made);
        return made;
    }

    /// `[size / 2]`, radians per position: `theta^(-2i / size)`, scaled.
    static double[] frequencies(Rope rope) {
        double[] frequencies = new double[rope.size() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = Math.pow(rope.theta(), -2.0 * i / rope.size());
            frequencies[i] =
                    switch (rope.scaling()) {
                        case Scaling.None() -> plain;
                        case Scaling.Linear(double factor) -> plain / factor;
                        case Scaling.Llama3 llama3 -> scaled(plain, llama3);
                        case Scaling.PerFrequency p -> plain / p.divisors().get(i);
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
