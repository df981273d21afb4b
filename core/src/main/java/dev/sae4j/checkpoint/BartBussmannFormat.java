package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A checkpoint folder of the research repositories bartbussmann/BatchTopK and
/// bartbussmann/matryoshka_sae: `sae.pt` and `config.json`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | |
/// | `b_enc` | `[d_sae]` | stored by all, used by `vanilla` and `jumprelu` only |
/// | `W_dec` | `[d_sae, d_in]` | |
/// | `b_dec` | `[d_in]` | subtracted from the input, by `jumprelu` only with `use_pre_enc_bias` |
/// | `threshold` | `[]` | `batchtopk` (later versions) and `global-matryoshka-topk` |
/// | `jumprelu.log_threshold` | `[d_sae]` | `jumprelu`: the logarithm |
///
/// `config.json`: `sae_type`, `act_size` (d_in), `dict_size` (d_sae), `top_k`, `input_unit_norm`
/// (each row standardised first, and the output brought back), `group_sizes`, increments, as text:
/// it is read as a list of numbers, never evaluated.
final class BartBussmannFormat implements CheckpointFormat {
    private static final String NAME = "bartbussmann";
    private static final String WEIGHTS = "sae.pt";
    private static final String CONFIG = "config.json";
    private static final String THRESHOLD = "threshold";
    private static final String LOG_THRESHOLD = "jumprelu.log_threshold";

    private static final Pattern NUMBER = Pattern.compile("\\s*\\d{1,9}\\s*");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> weights = candidate.weights(WEIGHTS);
        if (weights.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        Optional<Path> config = candidate.beside(CONFIG);
        if (config.isEmpty()) {
            return Optional.of("there is no " + CONFIG);
        }
        Optional<String> missing =
                StateDict.of(candidate.tensors(weights.get()))
                        .missing("W_enc", "b_enc", "W_dec", "b_dec");
        if (missing.isPresent()) {
            return Optional.of("it has no tensor '%s'".formatted(missing.get()));
        }
        try {
            boolean isOwn = candidate.json(config.get()).path("sae_type").isString();
            return isOwn ? Optional.empty() : Optional.of(CONFIG + " has no 'sae_type'");
        } catch (Sae4jException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Sae open(Candidate candidate) {
        Path path = candidate.beside(CONFIG).orElseThrow();
        var config = new ConfigFile(path, candidate.json(path));
        StateDict state = StateDict.of(candidate.tensors(candidate.weights(WEIGHTS).orElseThrow()));
        int dIn = config.size("act_size");
        int dSae = config.size("dict_size");
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        "config.json says act_size=%d, dict_size=%d".formatted(dIn, dSae));
        SaeWeights weights = state.inOut(sizes, "W_enc", "b_enc", "W_dec", "b_dec");
        Activation activation = activation(config, state, sizes);
        boolean isTopK =
                activation instanceof Activation.TopK || activation instanceof Activation.BatchTopK;
        if (isTopK) {
            weights = weights.withEncoderBias(new float[dSae]);
        }
        boolean centred =
                !(activation instanceof Activation.JumpRelu)
                        || config.flag("use_pre_enc_bias", false);
        InputTransform input =
                config.flag("input_unit_norm", false)
                        ? new InputTransform.LayerNorm(InputTransform.LayerNorm.EPSILON, true)
                        : InputTransform.NONE;
        var canonical =
                new SaeConfig(
                        dIn,
                        dIn,
                        dSae,
                        activation,
                        input,
                        centred,
                        false,
                        prefixes(config, dSae),
                        metadata(config));
        return new Sae(Readings.of(canonical, weights), List.of(), candidate);
    }

    private static Activation activation(ConfigFile config, StateDict state, Sizes sizes) {
        String type = config.word("sae_type", "");
        return switch (type) {
            case "vanilla" -> new Activation.Relu();
            case "topk" -> new Activation.TopK(k(config, sizes));
            case "batchtopk", "global-matryoshka-topk" ->
                    new Activation.BatchTopK(k(config, sizes), threshold(state));
            case "jumprelu" -> {
                float[] threshold = state.vector(LOG_THRESHOLD, sizes.why(), sizes.dSae());
                for (int j = 0; j < threshold.length; j++) {
                    threshold[j] = (float) Math.exp(threshold[j]);
                }
                yield new Activation.JumpRelu(threshold);
            }
            default ->
                    throw Sae4jException.in(
                            config.file(),
                            "has sae_type '%s': known are vanilla, topk, batchtopk, global-matryoshka-topk, jumprelu"
                                    .formatted(type));
        };
    }

    private static @Nullable Float threshold(StateDict state) {
        return state.has(THRESHOLD) ? (float) state.scalar(THRESHOLD) : null;
    }

    private static int k(ConfigFile config, Sizes sizes) {
        int k = config.size("top_k");
        if (k > sizes.dSae()) {
            throw Sae4jException.in(
                    config.file(),
                    "has top_k = %d: it is 1 to dict_size = %d".formatted(k, sizes.dSae()));
        }
        return k;
    }

    private static List<Integer> prefixes(ConfigFile config, int dSae) {
        if (!config.word("sae_type", "").equals("global-matryoshka-topk")) {
            return List.of();
        }
        JsonNode node = config.json().path("group_sizes");
        long[] sizes = null;
        if (node.isArray() && node.valueStream().allMatch(JsonNode::isIntegralNumber)) {
            sizes = node.valueStream().mapToLong(JsonNode::asLong).toArray();
        } else if (node.isString()) {
            sizes = numbers(node.asString().strip());
        }
        if (sizes == null || sizes.length == 0) {
            throw config.wrong("a list of whole numbers", "group_sizes");
        }
        return DictionaryGroups.prefixes(config.file(), sizes, dSae);
    }

    /// The numbers of `[4, 4, 9]` or `(4, 4, 9,)`; null if the text is anything else.
    private static long @Nullable [] numbers(String text) {
        boolean isList = text.startsWith("[") && text.endsWith("]");
        boolean isTuple = text.startsWith("(") && text.endsWith(")");
        if (!isList && !isTuple) {
            return null;
        }
        String[] items = text.substring(1, text.length() - 1).split(",");
        if (!Arrays.stream(items).allMatch(i -> NUMBER.matcher(i).matches())) {
            return null;
        }
        return Arrays.stream(items).mapToLong(i -> Long.parseLong(i.strip())).toArray();
    }

    private static Map<String, Object> metadata(ConfigFile config) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        config.copy(
                metadata,
                "model_name",
                "model_name",
                "hook_point",
                "hook_name",
                "layer",
                "hook_layer",
                "dataset_path",
                "dataset_path",
                "seq_len",
                "context_size",
                "seed",
                "seed");
        metadata.put(NAME, config.values());
        return metadata;
    }
}
