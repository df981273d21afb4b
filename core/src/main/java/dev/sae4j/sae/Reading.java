package dev.sae4j.sae;

/// One legitimate way to compute with a file. Most files have one; some leave open which rule picks
/// the features, or which scale applies: their readings have names.
///
/// @param name what the user asks for, such as `threshold` or `batch_topk`
/// @param meaning a sentence for people who must choose
/// @param config what the SAE is
/// @param weights its weights
public record Reading(String name, String meaning, SaeConfig config, SaeWeights weights) {
    /// Name of the reading of files that have only one.
    public static final String ONLY = "default";

    public Reading {
        if (weights.encoder().columns() != config.dIn()
                || weights.encoder().rows() != config.dSae()
                || weights.decoder().columns() != config.dOut()) {
            throw new IllegalArgumentException(
                    "the config says d_in=%d, d_sae=%d, d_out=%d, but the encoder is [%d, %d], the decoder [%d, %d]"
                            .formatted(
                                    config.dIn(),
                                    config.dSae(),
                                    config.dOut(),
                                    weights.encoder().rows(),
                                    weights.encoder().columns(),
                                    weights.decoder().rows(),
                                    weights.decoder().columns()));
        }
    }

    /// The one reading of a file.
    public static Reading only(SaeConfig config, SaeWeights weights) {
        return new Reading(ONLY, "the only one", config, weights);
    }
}
