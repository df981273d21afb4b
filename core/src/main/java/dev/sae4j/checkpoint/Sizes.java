package dev.sae4j.checkpoint;

/// The sizes that the tensors of an SAE must have.
///
/// @param dIn width of the input
/// @param dSae number of features
/// @param dOut width of the output
/// @param why where they come from, for messages: `cfg.json says d_in=576, d_sae=4608`
record Sizes(int dIn, int dSae, int dOut, String why) {
    /// An autoencoder's.
    Sizes(int dIn, int dSae, String why) {
        this(dIn, dSae, dIn, why);
    }
}
