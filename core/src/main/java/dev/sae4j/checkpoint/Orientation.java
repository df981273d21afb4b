package dev.sae4j.checkpoint;

/// Which way round a file keeps `W_enc` where its shape cannot tell, because `d_in = d_sae`.
public enum Orientation {
    /// `W_enc: [d_in, d_sae]` and `W_dec: [d_sae, d_in]`, used as `x·W_enc`: SAELens, Gemma Scope.
    IN_OUT("in-out"),
    /// `W_enc: [d_sae, d_in]` and `W_dec: [d_in, d_sae]`, used as `W_enc·x`: Qwen Scope, and whatever
    /// comes from `nn.Linear`.
    OUT_IN("out-in");

    private final String word;

    Orientation(String word) {
        this.word = word;
    }

    /// The orientation of a word.
    ///
    /// @throws IllegalArgumentException if it is none
    public static Orientation of(String word) {
        for (Orientation orientation : values()) {
            if (orientation.word.equals(word)) {
                return orientation;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is neither in-out nor out-in");
    }

    /// As the command line spells it.
    public String word() {
        return word;
    }
}
