package dev.sae4j.lm;

import dev.sae4j.io.UsageException;

/// A place in a model: a point of one layer, or one behind all layers.
///
/// @param point which value
/// @param layer index of the layer, from 0; 0 for points that are not in a layer
public record Hook(HookPoint point, int layer) {
    /// What the unembedding reads.
    public static final Hook FINAL_NORM = new Hook(HookPoint.FINAL_NORM, 0);

    /// The logits.
    public static final Hook LOGITS = new Hook(HookPoint.LOGITS, 0);

    public Hook {
        if (layer < 0) {
            throw new IllegalArgumentException("layers count from 0, got " + layer);
        }
        if (layer > 0 && !point.isInLayer()) {
            throw new IllegalArgumentException(point.word() + " is in no layer");
        }
    }

    /// Understands `resid_post.12`, `final_norm`, TransformerLens names
    /// (`blocks.12.hook_resid_post`) and module names of all families, whose output is meant
    /// (`model.layers.12`, `model.layers.12.self_attn`, `transformer.h.12.mlp`, `lm_head`).
    ///
    /// @throws UsageException for anything else
    public static Hook parse(String text) {
        return HookNames.parse(text);
    }

    /// The residual stream after a layer: the usual place for an SAE.
    public static Hook residPost(int layer) {
        return new Hook(HookPoint.RESID_POST, layer);
    }

    /// `blocks.12.hook_resid_post`; the name here if TransformerLens has none.
    public String transformerLensName() {
        return point.transformerLens().isEmpty()
                ? toString()
                : "blocks." + layer + "." + point.transformerLens();
    }

    /// The name under which a kept hook ([LanguageModel#nameOf]) is known elsewhere: that of
    /// TransformerLens, or of a module.
    public static String publishedName(String kept) {
        Hook hook = parse(kept);
        return hook.toString().equals(kept) ? hook.transformerLensName() : kept;
    }

    /// `resid_post.12`, `final_norm`.
    @Override
    public String toString() {
        return point.isInLayer() ? point.word() + "." + layer : point.word();
    }

    /// Steps of the decoder that are done when this value exists: two per layer, attention and MLP,
    /// then the final norm and the head.
    int stepsNeeded(int layers) {
        return switch (point) {
            case RESID_PRE -> 2 * layer;
            case ATTN_Z, ATTN_OUT, ATTN_OUT_POST, RESID_MID -> 2 * layer + 1;
            case MLP_HIDDEN, MLP_OUT, MLP_OUT_POST, RESID_POST -> 2 * layer + 2;
            case FINAL_NORM -> 2 * layers + 1;
            case LOGITS -> 2 * layers + 2;
        };
    }
}
