package dev.sae4j.lm;

import dev.sae4j.io.UsageException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in a model: a point of one layer.
///
/// @param point which value of the layer
/// @param layer index of the layer, from 0
public record Hook(HookPoint point, int layer) {
    private static final String LAYER = "(\\d{1,4})";
    private static final Pattern OWN = Pattern.compile("(\\w+)\\." + LAYER);
    private static final Pattern TRANSFORMER_LENS =
            Pattern.compile("blocks\\." + LAYER + "\\.hook_(\\w+)");
    private static final Pattern MODULE =
            Pattern.compile("(?:\\w+\\.)?(?:layers|h)\\." + LAYER + "(?:\\.(\\w+))?");

    public Hook {
        if (layer < 0) {
            throw new IllegalArgumentException("layers count from 0, got " + layer);
        }
    }

    /// Understands `resid_post.12`, TransformerLens names (`blocks.12.hook_resid_post`) and module
    /// names, whose output is meant (`model.layers.12`, `model.layers.12.self_attn`,
    /// `model.layers.12.mlp`).
    ///
    /// @throws UsageException for anything else
    public static Hook parse(String text) {
        Matcher lens = TRANSFORMER_LENS.matcher(text);
        if (lens.matches()) {
            return of(text, lens.group(2), lens.group(1));
        }
        Matcher module = MODULE.matcher(text);
        if (module.matches()) {
            String part = module.group(2);
            String word =
                    switch (part == null ? "" : part) {
                        case "" -> "resid_post";
                        case "self_attn", "attn", "attention" -> "attn_out";
                        case "mlp" -> "mlp_out";
                        default -> throw unknown(text);
                    };
            return of(text, word, module.group(1));
        }
        Matcher own = OWN.matcher(text);
        if (own.matches()) {
            return of(text, own.group(1), own.group(2));
        }
        throw unknown(text);
    }

    /// The residual stream after a layer: the usual place for an SAE.
    public static Hook residPost(int layer) {
        return new Hook(HookPoint.RESID_POST, layer);
    }

    /// `blocks.12.hook_resid_post`.
    public String transformerLensName() {
        return "blocks." + layer + ".hook_" + point.word();
    }

    /// `resid_post.12`.
    @Override
    public String toString() {
        return point.word() + "." + layer;
    }

    /// Steps of the decoder that are done when this value exists: two per layer, attention and MLP.
    int stepsNeeded() {
        return switch (point) {
            case RESID_PRE -> 2 * layer;
            case ATTN_OUT, RESID_MID -> 2 * layer + 1;
            case MLP_OUT, RESID_POST -> 2 * layer + 2;
        };
    }

    private static Hook of(String text, String word, String layer) {
        for (HookPoint point : HookPoint.values()) {
            if (point.word().equals(word)) {
                return new Hook(point, Integer.parseInt(layer));
            }
        }
        throw unknown(text);
    }

    private static UsageException unknown(String text) {
        return new UsageException(
                "unknown hook '%s': write a point and a layer such as resid_post.12 (points: %s), or blocks.12.hook_resid_post, model.layers.12, model.layers.12.self_attn, model.layers.12.mlp"
                        .formatted(text, HookPoint.words()));
    }
}
