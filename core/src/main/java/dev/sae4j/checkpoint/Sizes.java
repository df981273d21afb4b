package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;

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

    /// Checks a number of features per token.
    ///
    /// @param where the file that says so, for messages
    /// @param what how it says so, such as `the name`
    int k(Path where, String what, long k) {
        if (k < 1 || k > dSae) {
            throw Sae4jException.in(
                    where, "%s says k = %d: it is 1 to d_sae = %d".formatted(what, k, dSae));
        }
        return (int) k;
    }

    /// Refuses a config whose number is not that of the tensors.
    ///
    /// @param config where the number stands
    /// @param key its name there
    /// @param said the number there
    /// @param found the number that the tensors give
    void agree(Path config, String key, long said, long found) {
        if (said != found) {
            throw Sae4jException.in(config, "says %s = %d, but %s".formatted(key, said, why));
        }
    }
}
