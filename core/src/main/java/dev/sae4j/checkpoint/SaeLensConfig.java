package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// What a SAELens `cfg.json` says, checked: of version 6 (an object with `metadata`) or of the flat
/// form before it, of inference models or of training checkpoints.
///
/// @param file the fields themselves, for what only one architecture has
/// @param dIn `d_in`
/// @param dSae `d_sae`
/// @param dOut `d_out` of transcoders, else `d_in`
/// @param architecture one of those that can be read
/// @param centred `apply_b_dec_to_input`
/// @param rescaled `rescale_acts_by_decoder_norm`
/// @param normalisation `normalize_activations`
/// @param metadata where the SAE comes from
record SaeLensConfig(
        ConfigFile file,
        int dIn,
        int dSae,
        int dOut,
        Architecture architecture,
        boolean centred,
        boolean rescaled,
        Normalisation normalisation,
        Map<String, Object> metadata) {
    private static final Set<String> DTYPES =
            Stream.of("float64", "float32", "float16", "bfloat16")
                    .flatMap(d -> Stream.of(d, "torch." + d))
                    .collect(Collectors.toUnmodifiableSet());

    /// Fields of version 5 and older that say that there was no version 6 yet.
    private static final List<String> OLD_FIELDS =
            List.of(
                    "hook_point",
                    "hook_name",
                    "activation_fn",
                    "activation_fn_str",
                    "sae_lens_training_version",
                    "model_name");

    /// What the old, flat form says about where an SAE comes from, and how version 6 calls it.
    private static final String[] OLD_METADATA = {
        "hook_name", "hook_name",
        "hook_point", "hook_name",
        "hook_layer", "hook_layer",
        "hook_point_layer", "hook_layer",
        "hook_head_index", "hook_head_index",
        "hook_point_head_index", "hook_head_index",
        "model_name", "model_name",
        "dataset_path", "dataset_path",
        "context_size", "context_size",
        "prepend_bos", "prepend_bos",
        "seqpos_slice", "seqpos_slice",
        "neuronpedia_id", "neuronpedia_id",
        "model_from_pretrained_kwargs", "model_from_pretrained_kwargs",
        "sae_lens_training_version", "sae_lens_training_version",
    };

    enum Architecture {
        STANDARD,
        TOPK,
        ABSTOPK,
        JUMPRELU,
        GATED,
        BATCHTOPK,
        MATRYOSHKA_BATCHTOPK,
        MATCHING_PURSUIT,
        TEMPORAL,
        TRANSCODER,
        SKIP_TRANSCODER,
        JUMPRELU_TRANSCODER,
        JUMPRELU_SKIP_TRANSCODER;

        /// As `cfg.json` spells it.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isTranscoder() {
            return name().endsWith("TRANSCODER");
        }

        boolean hasSkip() {
            return name().contains("SKIP");
        }

        boolean hasThresholds() {
            return name().startsWith("JUMPRELU");
        }

        private static Optional<Architecture> of(String word) {
            return Arrays.stream(values()).filter(a -> a.word().equals(word)).findFirst();
        }
    }

    enum Normalisation {
        NONE,
        EXPECTED_AVERAGE_ONLY_IN,
        CONSTANT_NORM_RESCALE,
        LAYER_NORM,
        CONSTANT_SCALAR_RESCALE,
        COVARIANCE_WHITENING;

        /// As `cfg.json` spells it.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static SaeLensConfig of(ConfigFile file) {
        boolean old =
                !file.json().path("metadata").isObject()
                        && OLD_FIELDS.stream().anyMatch(f -> !file.isAbsent(f));
        int dIn = file.size("d_in");
        int dSae = file.size("d_sae");
        Architecture architecture = architecture(file, old);
        String dtype = file.word("dtype", "float32");
        if (!DTYPES.contains(dtype)) {
            throw Sae4jException.in(
                    file.file(),
                    "has dtype '%s': known are float64, float32, float16, bfloat16"
                            .formatted(dtype));
        }
        String reshape = file.word("reshape_activations", "none");
        if (!reshape.equals("none") && !reshape.equals("hook_z")) {
            throw Sae4jException.in(
                    file.file(),
                    "has reshape_activations '%s': known are none and hook_z".formatted(reshape));
        }
        boolean centred = file.flag("apply_b_dec_to_input", !architecture.isTranscoder());
        if (centred && architecture.isTranscoder()) {
            throw Sae4jException.in(
                    file.file(),
                    "subtracts b_dec from the input of a transcoder, where it belongs to the output: apply_b_dec_to_input must be false");
        }
        return new SaeLensConfig(
                file,
                dIn,
                dSae,
                architecture.isTranscoder() ? file.optionalSize("d_out").orElse(dIn) : dIn,
                architecture,
                centred,
                file.flag("rescale_acts_by_decoder_norm", false),
                normalisation(file),
                old ? oldMetadata(file) : file.below("metadata").values());
    }

    private static Architecture architecture(ConfigFile file, boolean old) {
        String word = file.word("architecture", old ? "standard" : "");
        if (old && word.equals("standard") && activationFunction(file).equals("topk")) {
            word = "topk";
        }
        String found = word.isEmpty() ? "has no 'architecture'" : "has architecture '" + word + "'";
        return Architecture.of(word)
                .orElseThrow(() ->
                        Sae4jException.in(
                                file.file(),
                                found
                                        + ": known are "
                                        + Arrays.stream(Architecture.values())
                                                .map(Architecture::word)
                                                .collect(Collectors.joining(", "))));
    }

    private static String activationFunction(ConfigFile file) {
        String function = file.word("activation_fn_str", "");
        return function.isEmpty() ? file.word("activation_fn", "") : function;
    }

    private static Normalisation normalisation(ConfigFile file) {
        JsonNode node = file.json().path("normalize_activations");
        if (node.isBoolean()) { // before 6
            return node.asBoolean() ? Normalisation.EXPECTED_AVERAGE_ONLY_IN : Normalisation.NONE;
        }
        String word = file.word("normalize_activations", "none");
        for (Normalisation known : Normalisation.values()) {
            if (known.word().equals(word)) {
                return known;
            }
        }
        throw Sae4jException.in(
                file.file(),
                "has normalize_activations '%s': known are %s"
                        .formatted(
                                word,
                                Arrays.stream(Normalisation.values())
                                        .map(Normalisation::word)
                                        .collect(Collectors.joining(", "))));
    }

    private static Map<String, Object> oldMetadata(ConfigFile file) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        file.copy(metadata, OLD_METADATA);
        return metadata;
    }

    /// Features per token of the TopK family; it may be fractional for BatchTopK.
    double k() {
        ConfigFile from = file.isAbsent("k") ? file.below("activation_fn_kwargs") : file;
        double k = from.number("k");
        if (!(k > 0) || k > dSae) {
            throw Sae4jException.in(
                    file.file(), "has k = %s: it is 1 to d_sae = %d".formatted(k, dSae));
        }
        return k;
    }

    /// Features per token where it must be whole.
    int wholeK() {
        double k = k();
        if (k != Math.rint(k)) {
            throw Sae4jException.in(
                    file.file(),
                    "has k = %s: %s needs a whole one".formatted(k, architecture.word()));
        }
        return (int) k;
    }

    /// Widths of a Matryoshka SAE's prefixes, ascending, the last one `d_sae`; empty if there are
    /// none.
    List<Integer> prefixes() {
        JsonNode widths = file.json().path("matryoshka_widths");
        if (!widths.isArray()) {
            widths =
                    file.json()
                            .path("metadata")
                            .path("training_architecture_details")
                            .path("matryoshka_widths");
        }
        if (!widths.isArray() || widths.size() > dSae) {
            return List.of();
        }
        List<Integer> prefixes = new ArrayList<>();
        for (JsonNode width : widths) {
            int last = prefixes.isEmpty() ? 0 : prefixes.getLast();
            if (!width.isInt() || width.asInt() <= last || width.asInt() > dSae) {
                throw file.wrong("ascending widths up to d_sae", "matryoshka_widths");
            }
            prefixes.add(width.asInt());
        }
        if (!prefixes.isEmpty() && prefixes.getLast() < dSae) {
            prefixes.add(dSae); // as SAELens does
        }
        return prefixes;
    }

    Sizes sizes() {
        String outputs = architecture.isTranscoder() ? ", d_out=" + dOut : "";
        return new Sizes(
                dIn, dSae, dOut, "cfg.json says d_in=%d, d_sae=%d%s".formatted(dIn, dSae, outputs));
    }
}
