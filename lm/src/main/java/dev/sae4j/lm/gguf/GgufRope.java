package dev.sae4j.lm.gguf;

import dev.sae4j.io.Tensor;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Translates rotary settings into a `rope_parameters` object.
///
/// Divisors of the frequencies are tensors, `[dimension_count / 2]`: `rope_freqs.weight` for any
/// length (Llama 3), `rope_factors_short.weight` and `rope_factors_long.weight` for sequences up to
/// and beyond `rope.scaling.original_context_length` (LongRoPE).
final class GgufRope {
    private static final String ALWAYS = "rope_freqs.weight";
    private static final String SHORT = "rope_factors_short.weight";
    private static final int MOST_DIVISORS = 1 << 15;

    private final GgufConfig config;
    private final GgufModel model;
    private final ObjectNode rope = JsonNodeFactory.instance.objectNode();

    private GgufRope(GgufConfig config, GgufModel model) {
        this.config = config;
        this.model = model;
    }

    static ObjectNode translate(GgufConfig config, GgufModel model) {
        return new GgufRope(config, model).translate();
    }

    private ObjectNode translate() {
        copy("rope_theta", "rope.freq_base");
        spellAs("short_factor", SHORT);
        part();
        Optional<Tensor> always = model.tensor(ALWAYS);
        if (always.isPresent()) {
            divisors(ALWAYS, always.get());
            rope.put("attention_factor", 1.0);
            rope.set("original_max_position_embeddings", model.value("context_length"));
        } else if (model.tensor(SHORT).isPresent()) {
            divisors(SHORT, model.tensor(SHORT).get());
            copy("attention_factor", "rope.scaling.attn_factor");
            copy("original_max_position_embeddings", "rope.scaling.original_context_length");
        } else {
            scaling();
        }
        return rope;
    }

    /// Share of a head that is turned.
    private void part() {
        JsonNode turned = model.value("rope.dimension_count");
        int head = config.json().path("head_dim").asInt(0);
        spell("partial_rotary_factor", "rope.dimension_count");
        if (turned.isIntegralNumber() && turned.asLong(0) != head && head > 0) {
            // not below the fraction, so that it gives the whole number again when multiplied
            rope.put("partial_rotary_factor", Math.nextUp(turned.asLong(0) / (double) head));
        } else {
            rope.put("partial_rotary_factor", 1);
        }
    }

    /// As LongRoPE does it. Divisors for any length are those of a LongRoPE whose original context
    /// is the whole.
    private void divisors(String name, Tensor tensor) {
        String type = model.value("rope.scaling.type").asString("none");
        boolean longRope = name.equals(SHORT) && type.equals("longrope");
        if (!type.equals("none") && !longRope) {
            throw config.bad(
                    config.key("rope.scaling.type"),
                    "is '%s' beside %s: only one of them is supported".formatted(type, name));
        }
        if (tensor.elements() > MOST_DIVISORS || !tensor.dtype().isFloating()) {
            throw config.bad(name, "is %s: expected a few numbers".formatted(tensor.describe()));
        }
        rope.put("rope_type", "longrope");
        spellAs("short_factor", name);
        var list = rope.putArray("short_factor");
        for (float divisor : tensor.toFloats()) {
            list.add(divisor);
        }
    }

    private void scaling() {
        copy("factor", "rope.scaling.factor");
        if (!rope.has("factor") && !model.value("rope.scale_linear").isMissingNode()) {
            copy("factor", "rope.scale_linear"); // in files of 2023
        }
        String otherwise = rope.has("factor") ? "linear" : "none";
        String type = model.value("rope.scaling.type").asString(otherwise);
        double factor = rope.path("factor").asDouble(0);
        boolean none = type.equals("none") || (type.equals("linear") && factor == 0);
        spell("rope_type", "rope.scaling.type");
        rope.put("rope_type", none ? "default" : type);
    }

    private void copy(String field, String key) {
        spell(field, key);
        JsonNode value = Numbers.plain(model.value(key));
        if (!value.isMissingNode()) {
            rope.set(field, value);
        }
    }

    private void spell(String field, String key) {
        spellAs(field, config.key(key));
    }

    /// The object may be that of some layers only, and some fields are looked up outside.
    private void spellAs(String field, String words) {
        config.spellAs(field, words);
        config.spellAs("rope_parameters." + field, words);
        config.spellAs("rope_parameters.full_attention." + field, words);
    }
}
