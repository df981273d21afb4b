package dev.sae4j.checkpoint;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes the folder that [SaeLensFormat] reads, as SAELens 6 loads it for inference.
///
/// BatchTopK with a learned threshold becomes `jumprelu`, as when SAELens converts its own; `k` and
/// the widths of Matryoshka prefixes go to `metadata.training_architecture_details`.
final class SaeLensWriter implements CheckpointWriter {
    @Override
    public Fit fit(Sae sae) {
        List<String> losses = new ArrayList<>();
        switch (sae.config().activation()) {
            case Activation.GroupMax _ ->
                    throw new Sae4jException("SAELens has no GroupMax: write sparsify");
            case Activation.Temporal _ ->
                    throw new Sae4jException("temporal SAEs are only read, not written");
            case Activation.SignedTopK _ ->
                    losses.add(
                            "SAELens' TopK applies ReLU: negative activations of this SAE are lost");
            case Activation.BatchTopK batch when batch.threshold() == null ->
                    losses.add(
                            "SAELens has no inference form of the rule over whole batches: each row would keep %d features of its own"
                                    .formatted(NearestTopK.whole(batch.k())));
            case Activation.MatchingPursuit _
                    when sae.config().input() instanceof InputTransform.Scale
                            || sae.config().input() instanceof InputTransform.Whitening ->
                    throw new Sae4jException(
                            "encoder and decoder of matching pursuit are one matrix: the statistics of the input cannot be folded into it");
            default -> {}
        }
        if (sae.config().transcoder() && !canTranscode(sae.config().activation())) {
            throw new Sae4jException(
                    "SAELens has transcoders with ReLU and JumpReLU only, not with %s"
                            .formatted(sae.config().architecture()));
        }
        if (sae.weights().skip() != null && !sae.config().transcoder()) {
            throw new Sae4jException(
                    "SAELens has skip connections in transcoders only, not in autoencoders");
        }
        return new Fit(folded(sae).notes(), losses);
    }

    private static boolean canTranscode(Activation activation) {
        return activation instanceof Activation.Relu || activation instanceof Activation.JumpRelu;
    }

    private static Folding folded(Sae sae) {
        return Folding.of(sae.config(), sae.weights()).statistics().withoutPreBias();
    }

    @Override
    public void write(Sae sae, Path folder, @Nullable DType dtype) {
        fit(sae);
        Folding folded = folded(sae);
        SaeConfig config = folded.config();
        SaeWeights weights = folded.weights();
        var written = Written.as(dtype, weights);
        try (AtomicFolder out = AtomicFolder.create(folder)) {
            SafetensorsWriter.write(
                    out.path().resolve(SaeLensFormat.WEIGHTS),
                    Map.of("format", "pt"),
                    tensors(config, weights, written));
            SafeFiles.writeString(
                    out.path().resolve(SaeLensFormat.CONFIG),
                    Json.PRETTY.writeValueAsString(json(config, weights, written)) + "\n");
            out.commit();
        }
    }

    /// In alphabetical order, as the safetensors library writes them.
    private static List<Tensor> tensors(SaeConfig config, SaeWeights weights, Written written) {
        Map<String, Tensor> all = new TreeMap<>();
        put(all, written.rows("W_dec", weights.decoder()));
        put(all, written.vector("b_dec", weights.decoderBias()));
        if (!(config.activation() instanceof Activation.MatchingPursuit)) {
            put(all, written.columns("W_enc", weights.encoder()));
        }
        switch (config.activation()) {
            case Activation.Gated(float[] gate, float[] scale, float[] magnitude) -> {
                put(all, written.vector("b_gate", gate));
                put(all, written.vector("r_mag", scale));
                put(all, written.vector("b_mag", magnitude));
            }
            case Activation.MatchingPursuit _ -> {}
            default -> put(all, written.vector("b_enc", weights.encoderBias()));
        }
        float[] threshold = thresholds(config);
        if (threshold != null) {
            put(all, written.vector("threshold", threshold));
        }
        var skip = weights.skip();
        if (skip != null) {
            put(all, written.rows("W_skip", skip));
        }
        return List.copyOf(all.values());
    }

    private static void put(Map<String, Tensor> all, Tensor tensor) {
        all.put(tensor.name(), tensor);
    }

    private static float @Nullable [] thresholds(SaeConfig config) {
        return switch (config.activation()) {
            case Activation.JumpRelu(float[] threshold) -> threshold;
            case Activation.BatchTopK(double _, Float threshold) when threshold != null ->
                    Activation.JumpRelu.of(threshold, config.dSae()).threshold();
            default -> null;
        };
    }

    private static Map<String, Object> json(SaeConfig config, SaeWeights weights, Written written) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architecture", architecture(config, weights));
        json.put("d_in", config.dIn());
        json.put("d_sae", config.dSae());
        if (config.transcoder()) {
            json.put("d_out", config.dOut());
        }
        switch (config.activation()) {
            case Activation.TopK(int k) -> putK(json, k);
            case Activation.SignedTopK(int k) -> putK(json, k);
            case Activation.AbsTopK(int k) -> putK(json, k);
            case Activation.BatchTopK(double k, Float threshold) when threshold == null ->
                    putK(json, NearestTopK.whole(k));
            case Activation.MatchingPursuit(float threshold, Integer limit, boolean stops) -> {
                json.put("residual_threshold", threshold);
                json.put("max_iterations", limit);
                json.put("stop_on_duplicate_support", stops);
            }
            default -> {}
        }
        json.put("dtype", word(written.dtype()));
        json.put("device", "cpu");
        json.put("apply_b_dec_to_input", config.centred());
        json.put("normalize_activations", normalisation(config.input()));
        json.put("reshape_activations", "none");
        json.put("metadata", metadata(config));
        return json;
    }

    private static void putK(Map<String, Object> json, int k) {
        json.put("k", k);
        json.put("rescale_acts_by_decoder_norm", false);
    }

    private static String architecture(SaeConfig config, SaeWeights weights) {
        String skip = weights.skip() == null ? "" : "skip_";
        return switch (config.activation()) {
            case Activation.SignedTopK _ -> "topk";
            case Activation.BatchTopK batch -> batch.threshold() == null ? "topk" : "jumprelu";
            case Activation.Relu _ when config.transcoder() -> skip + "transcoder";
            case Activation.JumpRelu _ when config.transcoder() ->
                    "jumprelu_" + skip + "transcoder";
            default -> config.architecture();
        };
    }

    private static String normalisation(InputTransform input) {
        return switch (input) {
            case InputTransform.LayerNorm _ -> "layer_norm";
            case InputTransform.ConstantNorm _ -> "constant_norm_rescale";
            case InputTransform.None _, InputTransform.Scale _, InputTransform.Whitening _ ->
                    "none"; // folded
        };
    }

    private static String word(DType type) {
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }

    private static Map<String, Object> metadata(SaeConfig config) {
        Map<String, Object> all = new TreeMap<>(config.metadata());
        Map<String, Object> details = new TreeMap<>();
        if (config.activation() instanceof Activation.BatchTopK batch) {
            all.putIfAbsent("training_architecture", config.architecture());
            details.put("k", batch.k());
        }
        if (!config.prefixes().isEmpty()) {
            details.put("matryoshka_widths", config.prefixes());
        }
        if (!details.isEmpty()) {
            all.putIfAbsent("training_architecture_details", details);
        }
        return all;
    }
}
