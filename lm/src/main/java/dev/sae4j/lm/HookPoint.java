package dev.sae4j.lm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// A place inside a decoder, in the order in which a token passes them. All but the last two are in
/// each layer.
///
/// Most families add what attention and MLP give to the stream as it is: there `attn_out_post` and
/// `mlp_out_post` are the same values as `attn_out` and `mlp_out`. Gemma 2, Gemma 3 and OLMo 2 norm
/// it first.
public enum HookPoint {
    /// The residual stream as it enters the layer.
    RESID_PRE("hook_resid_pre"),
    /// What the heads have mixed from the values, before the output projection,
    /// `heads * headDim` wide: head 0 first.
    ATTN_Z("attn.hook_z"),
    /// What attention gives: its output projection's result.
    ATTN_OUT("hook_attn_out"),
    /// What attention adds to the stream: `attn_out` behind a norm, if the family has one there.
    ATTN_OUT_POST("hook_attn_out"),
    /// The residual stream between attention and MLP.
    RESID_MID("hook_resid_mid"),
    /// What the MLP's down projection reads, as wide as the MLP is inside.
    MLP_HIDDEN("mlp.hook_post"),
    /// What the MLP gives: its down projection's result.
    MLP_OUT("hook_mlp_out"),
    /// What the MLP adds to the stream: `mlp_out` behind a norm, if the family has one there.
    MLP_OUT_POST("hook_mlp_out"),
    /// The residual stream as it leaves the layer, before any final norm.
    RESID_POST("hook_resid_post"),
    /// What the unembedding reads.
    FINAL_NORM(""),
    /// The logits, as wide as the vocabulary.
    LOGITS("");

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String transformerLens;

    HookPoint(String transformerLens) {
        this.transformerLens = transformerLens;
    }

    /// The name in hook strings: `resid_pre`.
    public String word() {
        return word;
    }

    /// True if each layer has one.
    public boolean isInLayer() {
        return this != FINAL_NORM && this != LOGITS;
    }

    /// Name behind `blocks.12.`; empty if TransformerLens has none.
    String transformerLens() {
        return transformerLens;
    }

    /// All words, for messages.
    static String words() {
        return Arrays.stream(values()).map(HookPoint::word).collect(Collectors.joining(", "));
    }
}
