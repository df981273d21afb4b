package dev.sae4j.lm.family;

import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;
import java.util.List;

/// Reads rotary settings: `rope_scaling` beside a base at the top, as published checkpoints have
/// them, or all in `rope_parameters`, as transformers 5 writes them. `rope_scaling` goes before
/// `rope_parameters` if it says anything, and a base inside before one at the top.
final class RopeReader {
    private static final String SUPPORTED = "supported are: default, linear, llama3, longrope";

    private final ConfigReader top;
    private final ConfigReader parameters;
    private final int headDim;

    private RopeReader(ConfigReader top, ConfigReader parameters, int headDim) {
        this.top = top;
        this.parameters = parameters;
        this.headDim = headDim;
    }

    /// The settings of all layers, with a base that stands in `rope_theta` or is 10000.
    static Rope read(ConfigReader top, int headDim) {
        double part = top.positive("partial_rotary_factor", 1);
        return read(top, headDim, top.positive("rope_theta", 10_000), part);
    }

    /// The settings of all layers.
    ///
    /// @param theta base, unless one is given inside
    /// @param part share of a head that is turned, unless one is given inside
    static Rope read(ConfigReader top, int headDim, double theta, double part) {
        ConfigReader scaling = top.inner("rope_scaling");
        ConfigReader parameters = scaling.isEmpty() ? top.inner("rope_parameters") : scaling;
        return new RopeReader(top, parameters, headDim).read(theta, part);
    }

    /// The settings in an object of their own.
    static Rope read(ConfigReader top, ConfigReader parameters, int headDim, double theta) {
        return new RopeReader(top, parameters, headDim).read(theta, 1);
    }

    private Rope read(double theta, double otherwise) {
        double part = parameters.positive("partial_rotary_factor", otherwise);
        int size = (int) (headDim * part);
        if (part > 1 || size < 2 || size % 2 != 0) {
            throw top.bad(
                    "head_dim",
                    part == 1
                            ? "is %d: rotary embedding needs an even size".formatted(headDim)
                            : "is %d, of which rotary embedding turns %s, %d floats: expected an even number from 2 to head_dim"
                                    .formatted(headDim, part, size));
        }
        return new Rope(size, parameters.positive("rope_theta", theta), scaling(size));
    }

    private Scaling scaling(int size) {
        String type = parameters.word("rope_type", parameters.word("type", "default"));
        return switch (type) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(parameters.positive("factor"));
            case "llama3" -> llama3();
            case "longrope", "su" -> longRope(size);
            default -> throw parameters.bad("rope_type", "is '%s'; %s".formatted(type, SUPPORTED));
        };
    }

    private Scaling llama3() {
        double low = parameters.positive("low_freq_factor");
        double high = parameters.positive("high_freq_factor");
        if (high <= low) {
            throw parameters.bad(
                    "high_freq_factor", "is %s, not above low_freq_factor %s".formatted(high, low));
        }
        return new Scaling.Llama3(
                parameters.positive("factor"),
                low,
                high,
                parameters.integer("original_max_position_embeddings", 1, 1 << 26));
    }

    /// The factors for sequences of up to [#originalContext] tokens. Longer ones have factors of
    /// their own, and a model is not run on them.
    private Scaling longRope(int size) {
        List<Double> divisors = parameters.positives("short_factor");
        if (divisors.size() != size / 2) {
            throw parameters.bad(
                    "short_factor",
                    "has %d numbers: rotary embedding of %d floats needs %d"
                            .formatted(divisors.size(), size, size / 2));
        }
        int original = originalContext(top, parameters);
        double longest = top.integer("max_position_embeddings", 1, 1 << 26);
        double factor = parameters.positive("factor", longest / original);
        double usual =
                factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(Math.max(2, original)));
        return new Scaling.PerFrequency(divisors, parameters.positive("attention_factor", usual));
    }

    private static int originalContext(ConfigReader top, ConfigReader parameters) {
        String key = "original_max_position_embeddings";
        return parameters.has(key)
                ? parameters.integer(key, 1, 1 << 26)
                : top.integer(key, 1, 1 << 26);
    }

    /// Most tokens in a sequence that can be run: those of the config, and with LongRoPE those of
    /// the model before it was extended.
    static int context(ConfigReader top, Rope rope, int otherwise) {
        int context = top.integer("max_position_embeddings", 1, 1 << 26, otherwise);
        if (rope.scaling() instanceof Scaling.PerFrequency) {
            ConfigReader scaling = top.inner("rope_scaling");
            ConfigReader there = scaling.isEmpty() ? top.inner("rope_parameters") : scaling;
            return Math.min(context, originalContext(top, there));
        }
        return context;
    }
}
