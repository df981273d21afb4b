package dev.sae4j.checkpoint;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A SAELens folder, version 6: `cfg.json` and `sae_weights.safetensors`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | a feature is a column |
/// | `b_enc` | `[d_sae]` | |
/// | `W_dec` | `[d_sae, d_in]` | a feature is a row |
/// | `b_dec` | `[d_in]` | subtracted from the input if `apply_b_dec_to_input` (default true) |
/// | `threshold` | `[d_sae]` | `jumprelu` only |
///
/// `cfg.json` is one object; `metadata` inside it says where the SAE comes from. With
/// `rescale_acts_by_decoder_norm` TopK chooses by pre-activation times decoder row norm; written
/// files have rows of any norm and say `false`.
final class SaeLensFormat implements CheckpointFormat {
    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae_weights.safetensors";
    private static final List<String> ARCHITECTURES = List.of("standard", "topk", "jumprelu");

    @Override
    public String name() {
        return "saelens";
    }

    @Override
    public Optional<String> whyNot(Path path) {
        if (!Files.isDirectory(path)) {
            return Optional.of("it is a folder with " + CONFIG + " and " + WEIGHTS);
        }
        for (String file : List.of(CONFIG, WEIGHTS)) {
            if (!Files.isRegularFile(path.resolve(file))) {
                return Optional.of("the folder has no " + file);
            }
        }
        return Optional.empty();
    }

    @Override
    public Sae open(Path folder) {
        Path configFile = folder.resolve(CONFIG);
        JsonNode json = Json.readObject(configFile);
        int dIn = size(configFile, json, "d_in");
        int dSae = size(configFile, json, "d_sae");
        refuseWhatIsNotSupported(configFile, json);
        Safetensors file = Safetensors.open(folder.resolve(WEIGHTS));
        try {
            String why = "cfg.json says d_in=%d, d_sae=%d".formatted(dIn, dSae);
            Tensor encoder = file.require("W_enc", why, dIn, dSae);
            Tensor decoder = file.require("W_dec", why, dSae, dIn);
            float[] encoderBias = file.require("b_enc", why, dSae).toFloats();
            float[] decoderBias = file.require("b_dec", why, dIn).toFloats();
            var activation = activation(configFile, json, file, dSae, why);
            boolean centred = json.path("apply_b_dec_to_input").asBoolean(true);
            var config = new SaeConfig(dIn, dSae, activation, centred, metadata(json));
            var weights = new TransposedWeights(encoder, decoder, encoderBias, decoderBias);
            return new Sae(config, weights, file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static int size(Path file, JsonNode json, String key) {
        JsonNode node = json.path(key);
        if (!node.isInt() || node.asInt() < 1) {
            throw Sae4jException.in(
                    file, "needs a positive integer '%s', found %s".formatted(key, node));
        }
        return node.asInt();
    }

    private static void refuseWhatIsNotSupported(Path file, JsonNode json) {
        String normalise = json.path("normalize_activations").asString("none");
        if (!normalise.equals("none")) {
            throw Sae4jException.in(
                    file,
                    "has normalize_activations '%s': only 'none' can be read so far"
                            .formatted(normalise));
        }
        String reshape = json.path("reshape_activations").asString("none");
        if (!reshape.equals("none")) {
            throw Sae4jException.in(
                    file,
                    "has reshape_activations '%s': only 'none' can be read so far"
                            .formatted(reshape));
        }
        if (json.path("rescale_acts_by_decoder_norm").asBoolean(false)
                && json.path("metadata").path("sae_lens_version").isMissingNode()) {
            throw Sae4jException.in(
                    file, "is a training checkpoint: export it from SAELens as an inference SAE");
        }
    }

    private static Activation activation(
            Path configFile, JsonNode json, Safetensors file, int dSae, String why) {
        String architecture = json.path("architecture").asString("standard");
        return switch (architecture) {
            case "standard" -> new Activation.Relu();
            case "topk" -> {
                int k = size(configFile, json, "k");
                if (k > dSae) {
                    throw Sae4jException.in(
                            configFile, "has k = %d, more than d_sae = %d".formatted(k, dSae));
                }
                yield new Activation.TopK(k);
            }
            case "jumprelu" ->
                    new Activation.JumpRelu(file.require("threshold", why, dSae).toFloats());
            default ->
                    throw Sae4jException.in(
                            configFile,
                            "has architecture '%s': %s can be read so far"
                                    .formatted(architecture, ARCHITECTURES));
        };
    }

    @SuppressWarnings("unchecked") // Jackson gives a Map<String, Object> for a JSON object
    private static Map<String, Object> metadata(JsonNode json) {
        Map<String, Object> all = new LinkedHashMap<>();
        JsonNode node = json.path("metadata");
        if (node.isObject()) {
            Map<String, Object> read = Json.LENIENT.treeToValue(node, Map.class);
            read.forEach((key, value) -> {
                if (value != null) {
                    all.put(key, value);
                }
            });
        }
        return all;
    }

    @Override
    public void write(Sae sae, Path folder) {
        SaeConfig config = sae.config();
        int d = config.dIn();
        int f = config.dSae();
        float[] encoder = new float[Math.multiplyExact(d, f)]; // [D, F]
        float[] decoder = new float[d * f]; // [F, D]
        float[] row = new float[d];
        for (int j = 0; j < f; j++) {
            sae.weights().encoderRow(j, row, 0);
            for (int c = 0; c < d; c++) {
                encoder[c * f + j] = row[c];
            }
            sae.weights().decoderRow(j, decoder, j * d);
        }
        List<Tensor> tensors =
                new java.util.ArrayList<>(
                        List.of(
                                Tensor.ofFloats("W_dec", decoder, f, d),
                                Tensor.ofFloats("W_enc", encoder, d, f),
                                Tensor.ofFloats("b_dec", sae.weights().decoderBias(), d),
                                Tensor.ofFloats("b_enc", sae.weights().encoderBias(), f)));
        if (config.activation() instanceof Activation.JumpRelu(float[] threshold)) {
            tensors.add(Tensor.ofFloats("threshold", threshold, f));
        }
        try (AtomicFolder out = AtomicFolder.create(folder)) {
            SafetensorsWriter.write(out.path().resolve(WEIGHTS), Map.of(), tensors);
            SafeFiles.writeString(
                    out.path().resolve(CONFIG),
                    Json.PRETTY.writeValueAsString(configJson(config)) + "\n");
            out.commit();
        }
    }

    private static Map<String, Object> configJson(SaeConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architecture", config.architecture());
        json.put("d_in", config.dIn());
        json.put("d_sae", config.dSae());
        if (config.activation() instanceof Activation.TopK(int k)) {
            json.put("k", k);
            json.put("rescale_acts_by_decoder_norm", false);
        }
        json.put("dtype", "float32");
        json.put("device", "cpu");
        json.put("apply_b_dec_to_input", config.centred());
        json.put("normalize_activations", "none");
        json.put("reshape_activations", "none");
        json.put("metadata", new java.util.TreeMap<>(config.metadata()));
        return json;
    }
}
