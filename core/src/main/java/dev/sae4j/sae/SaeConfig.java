package dev.sae4j.sae;

import java.util.List;
import java.util.Map;

/// What an SAE is, apart from its weights.
///
/// @param dIn width of the activations it takes (d_in, D)
/// @param dOut width of what it reconstructs; `d_in` unless it is a transcoder
/// @param dSae number of features (d_sae, F)
/// @param activation what turns pre-activations into features
/// @param input what is done to the activations first
/// @param centred true if `b_dec` is subtracted from the input (`apply_b_dec_to_input`)
/// @param transcoder true if it predicts another place of the model, such as the output of an MLP
///     from its input
/// @param prefixes for Matryoshka SAEs, the widths that reconstruct on their own: ascending, the last
///     one `d_sae`; empty for others
/// @param metadata where it comes from: model, hook, data, recipe, seed, metrics; keys as in
///     SAELens (`model_name`, `hook_name`, `dataset_path` ...)
public record SaeConfig(
        int dIn,
        int dOut,
        int dSae,
        Activation activation,
        InputTransform input,
        boolean centred,
        boolean transcoder,
        List<Integer> prefixes,
        Map<String, Object> metadata) {
    public SaeConfig {
        if (dIn < 1 || dOut < 1 || dSae < 1) {
            throw new IllegalArgumentException(
                    "an SAE needs d_in, d_out and d_sae of at least 1, got %d, %d and %d"
                            .formatted(dIn, dOut, dSae));
        }
        if (dOut != dIn && !transcoder) {
            throw new IllegalArgumentException(
                    "d_out = %d differs from d_in = %d: only a transcoder's may"
                            .formatted(dOut, dIn));
        }
        if (transcoder && centred) {
            throw new IllegalArgumentException(
                    "a transcoder cannot subtract b_dec from its input: it is as wide as its output");
        }
        checkActivation(activation, dSae);
        for (int i = 0; i < prefixes.size(); i++) {
            int smaller = i == 0 ? 0 : prefixes.get(i - 1);
            if (prefixes.get(i) <= smaller || prefixes.get(i) > dSae) {
                throw new IllegalArgumentException(
                        "prefixes %s are not ascending within d_sae = %d"
                                .formatted(prefixes, dSae));
            }
        }
        prefixes = List.copyOf(prefixes);
        metadata = Map.copyOf(metadata);
    }

    /// An autoencoder that takes its input as it is.
    public SaeConfig(
            int dIn,
            int dSae,
            Activation activation,
            boolean centred,
            Map<String, Object> metadata) {
        this(dIn, dIn, dSae, activation, InputTransform.NONE, centred, false, List.of(), metadata);
    }

    private static void checkActivation(Activation activation, int dSae) {
        int k =
                switch (activation) {
                    case Activation.TopK a -> a.k();
                    case Activation.SignedTopK a -> a.k();
                    case Activation.AbsTopK a -> a.k();
                    case Activation.GroupMax a -> a.k();
                    case Activation.BatchTopK a -> (int) Math.ceil(a.k());
                    case Activation.Temporal a -> a.k() == null ? 0 : a.k();
                    case Activation.Relu _,
                            Activation.JumpRelu _,
                            Activation.Gated _,
                            Activation.MatchingPursuit _ ->
                            0;
                };
        if (k > dSae) {
            throw new IllegalArgumentException("k = %d is more than d_sae = %d".formatted(k, dSae));
        }
        if (activation instanceof Activation.GroupMax && dSae % k != 0) {
            throw new IllegalArgumentException(
                    "d_sae = %d features are no %d groups of equal size".formatted(dSae, k));
        }
    }

    public SaeConfig withActivation(Activation other) {
        return new SaeConfig(
                dIn, dOut, dSae, other, input, centred, transcoder, prefixes, metadata);
    }

    public SaeConfig withInput(InputTransform other) {
        return new SaeConfig(
                dIn, dOut, dSae, activation, other, centred, transcoder, prefixes, metadata);
    }

    public SaeConfig withCentred(boolean other) {
        return new SaeConfig(
                dIn, dOut, dSae, activation, input, other, transcoder, prefixes, metadata);
    }

    public SaeConfig withPrefixes(List<Integer> other) {
        return new SaeConfig(
                dIn, dOut, dSae, activation, input, centred, transcoder, other, metadata);
    }

    /// The same SAE as one that predicts another place of the model, `d_out` wide.
    public SaeConfig asTranscoder(int width) {
        return new SaeConfig(
                dIn, width, dSae, activation, input, centred, true, prefixes, metadata);
    }

    /// The architecture as SAELens names it, as far as it has a name for it: `standard`, `topk`,
    /// `jumprelu`, `gated`, `batchtopk`, `abstopk`, `matching_pursuit`, `temporal`, `transcoder`;
    /// `groupmax` as in sparsify; `signed_topk` for OpenAI's TopK with the identity.
    public String architecture() {
        String word =
                switch (activation) {
                    case Activation.Relu _ -> transcoder ? "" : "standard";
                    case Activation.TopK _ -> "topk";
                    case Activation.SignedTopK _ -> "signed_topk";
                    case Activation.AbsTopK _ -> "abstopk";
                    case Activation.BatchTopK _ ->
                            prefixes.isEmpty() ? "batchtopk" : "matryoshka_batchtopk";
                    case Activation.JumpRelu _ -> "jumprelu";
                    case Activation.Gated _ -> "gated";
                    case Activation.GroupMax _ -> "groupmax";
                    case Activation.MatchingPursuit _ -> "matching_pursuit";
                    case Activation.Temporal _ -> "temporal";
                };
        if (!transcoder) {
            return word;
        }
        return word.isEmpty() ? "transcoder" : word + "_transcoder";
    }
}
