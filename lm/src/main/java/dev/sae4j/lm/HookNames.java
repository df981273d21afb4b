package dev.sae4j.lm;

import dev.sae4j.io.UsageException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The names that hooks have in the field.
final class HookNames {
    private static final String LAYER = "(\\d{1,4})";
    private static final Pattern OWN = Pattern.compile("(\\w+)\\." + LAYER);
    private static final Pattern TRANSFORMER_LENS =
            Pattern.compile("blocks\\." + LAYER + "\\.([\\w.]+)");
    private static final String MODEL =
            "(?:model\\.language_model\\.|language_model\\.model\\.|model\\.|gpt_neox\\.|transformer\\.)?";
    private static final Pattern MODULE =
            Pattern.compile(MODEL + "(?:layers|h)\\." + LAYER + "(?:\\.([\\w.]+))?");
    private static final Pattern FINAL_NORM =
            Pattern.compile(MODEL + "(?:final_layer_norm|ln_f|norm)");

    private HookNames() {}

    static Hook parse(String text) {
        Matcher lens = TRANSFORMER_LENS.matcher(text);
        if (lens.matches()) {
            return hook(text, ofTransformerLens(lens.group(2)), lens.group(1));
        }
        Matcher module = MODULE.matcher(text);
        if (module.matches()) {
            String part = module.group(2);
            return hook(text, ofModule(part == null ? "" : part), module.group(1));
        }
        if (FINAL_NORM.matcher(text).matches() || text.equals(HookPoint.FINAL_NORM.word())) {
            return Hook.FINAL_NORM;
        }
        if (text.matches("(language_model\\.)?lm_head|embed_out|logits")) {
            return Hook.LOGITS;
        }
        Matcher own = OWN.matcher(text);
        if (own.matches()) {
            return hook(text, ofWord(own.group(1)), own.group(2));
        }
        throw unknown(text);
    }

    /// TransformerLens calls what is added to the stream `hook_attn_out` and `hook_mlp_out`.
    private static @Nullable HookPoint ofTransformerLens(String name) {
        return switch (name) {
            case "hook_attn_out" -> HookPoint.ATTN_OUT_POST;
            case "hook_mlp_out" -> HookPoint.MLP_OUT_POST;
            case "attn.hook_z" -> HookPoint.ATTN_Z;
            case "mlp.hook_post" -> HookPoint.MLP_HIDDEN;
            case "hook_resid_pre" -> HookPoint.RESID_PRE;
            case "hook_resid_mid" -> HookPoint.RESID_MID;
            case "hook_resid_post" -> HookPoint.RESID_POST;
            default -> null;
        };
    }

    private static @Nullable HookPoint ofModule(String name) {
        return switch (name) {
            case "" -> HookPoint.RESID_POST;
            case "self_attn",
                    "self_attn.o_proj",
                    "attn",
                    "attn.c_proj",
                    "attention",
                    "attention.dense" ->
                    HookPoint.ATTN_OUT;
            case "mlp", "mlp.down_proj", "mlp.c_proj", "mlp.dense_4h_to_h" -> HookPoint.MLP_OUT;
            case "post_feedforward_layernorm" -> HookPoint.MLP_OUT_POST;
            case "mlp.act" -> HookPoint.MLP_HIDDEN;
            default -> null;
        };
    }

    private static @Nullable HookPoint ofWord(String word) {
        if (word.equals("hook_post")) {
            return HookPoint.MLP_HIDDEN;
        }
        for (HookPoint point : HookPoint.values()) {
            if (point.word().equals(word) && point.isInLayer()) {
                return point;
            }
        }
        return null;
    }

    private static Hook hook(String text, @Nullable HookPoint point, String layer) {
        if (point == null) {
            throw unknown(text);
        }
        return new Hook(point, Integer.parseInt(layer));
    }

    private static UsageException unknown(String text) {
        return new UsageException(
                "unknown hook '%s': write a point and a layer such as resid_post.12 (points: %s; the last two without a layer), or blocks.12.hook_resid_post, model.layers.12, model.layers.12.self_attn, model.layers.12.mlp"
                        .formatted(text, HookPoint.words()));
    }
}
