package dev.sae4j.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in a model as one of the tools names it, for metadata in one spelling.
///
/// @param layer index of the layer, from 0
/// @param place `resid_pre`, `resid_mid`, `resid_post`, `attn_out` or `mlp_out`
record HookName(int layer, String place) {
    private static final String LAYER = "(\\d{1,4})";
    private static final String PLACE = "(resid_pre|resid_mid|resid_post|attn_out|mlp_out)";

    private static final Pattern OWN = Pattern.compile(PLACE + "\\." + LAYER);
    private static final Pattern TRANSFORMER_LENS =
            Pattern.compile("blocks\\." + LAYER + "\\.hook_" + PLACE);

    /// Modules of transformers, whose output is meant: `layers.10`, `h.0.attn`.
    private static final Pattern MODULE =
            Pattern.compile(
                    "(?:\\w+\\.)*(?:layers|h)\\."
                            + LAYER
                            + "(?:\\.(self_attn|attn|attention|mlp))?");

    /// What the demo of dictionary_learning writes: `resid_post_layer_8`.
    private static final Pattern SUBMODULE =
            Pattern.compile("(resid_pre|resid_post|attention_out|attn_out|mlp_out)_layer_" + LAYER);

    private static final Map<String, String> OUTPUTS =
            Map.of(
                    "self_attn", "attn_out",
                    "attn", "attn_out",
                    "attention", "attn_out",
                    "attention_out", "attn_out",
                    "mlp", "mlp_out");

    /// Understands every spelling above; empty for others.
    static Optional<HookName> of(String text) {
        Matcher own = OWN.matcher(text);
        if (own.matches()) {
            return Optional.of(of(own.group(2), own.group(1)));
        }
        Matcher lens = TRANSFORMER_LENS.matcher(text);
        if (lens.matches()) {
            return Optional.of(of(lens.group(1), lens.group(2)));
        }
        Matcher module = MODULE.matcher(text);
        if (module.matches()) {
            String part = module.group(2);
            return Optional.of(of(module.group(1), part == null ? "resid_post" : part));
        }
        Matcher submodule = SUBMODULE.matcher(text);
        return submodule.matches()
                ? Optional.of(of(submodule.group(2), submodule.group(1)))
                : Optional.empty();
    }

    private static HookName of(String layer, String place) {
        return new HookName(Integer.parseInt(layer), OUTPUTS.getOrDefault(place, place));
    }

    /// `blocks.10.hook_resid_post`.
    String transformerLens() {
        return "blocks." + layer + ".hook_" + place;
    }

    /// `resid_post_layer_10`.
    String submodule() {
        return place + "_layer_" + layer;
    }
}
