package dev.sae4j.lm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// A place inside a decoder layer, in the order in which a token passes them.
public enum HookPoint {
    /// The residual stream as it enters the layer.
    RESID_PRE,
    /// What attention adds to the stream, after the output projection.
    ATTN_OUT,
    /// The residual stream between attention and MLP.
    RESID_MID,
    /// What the MLP adds to the stream.
    MLP_OUT,
    /// The residual stream as it leaves the layer, before any final norm.
    RESID_POST;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// The name in hook strings: `resid_pre`.
    public String word() {
        return word;
    }

    /// All words, for messages.
    static String words() {
        return Arrays.stream(values()).map(HookPoint::word).collect(Collectors.joining(", "));
    }
}
