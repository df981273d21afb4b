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
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the folder that [SparsifyFormat] reads, as `SparseCoder.load_from_disk` loads it. What the
/// library has no field for goes to `metadata` in `cfg.json`, which it ignores.
final class SparsifyWriter implements CheckpointWriter {
    @Override
    public Fit fit(Sae sae) {
        SaeConfig config = sae.config();
        if (config.dOut() != config.dIn()) {
            throw new Sae4jException(
                    "sparsify has transcoders of equal widths only, not from %d to %d"
                            .formatted(config.dIn(), config.dOut()));
        }
        List<String> losses = new ArrayList<>();
        k(config, losses);
        switch (config.input()) {
            case InputTransform.LayerNorm _, InputTransform.ConstantNorm _ ->
                    losses.add(
                            "sparsify takes rows as they are: this SAE standardises each one first and brings the output back");
            case InputTransform.None _, InputTransform.Scale _, InputTransform.Whitening _ -> {}
        }
        Folding folded = folded(sae);
        if (config.activation() instanceof Activation.Relu) {
            folded.notes().add("ReLU is written as TopK of all features");
        }
        if (!config.prefixes().isEmpty()) {
            folded.notes().add("the widths of the prefixes are left out");
        }
        return new Fit(folded.notes(), losses);
    }

    private static int k(SaeConfig config, List<String> losses) {
        return switch (config.activation()) {
            case Activation.Relu _ -> config.dSae();
            case Activation.GroupMax(int k) -> k;
            default -> NearestTopK.k(config.activation(), SparsifyFormat.NAME, losses);
        };
    }

    private static Folding folded(Sae sae) {
        Folding folding = Folding.of(sae.config(), sae.weights()).statistics().withoutPreBias();
        return sae.config().transcoder() ? folding : folding.centred();
    }

    @Override
    public void write(Sae sae, Path folder, @Nullable DType dtype) {
        fit(sae);
        Folding folded = folded(sae);
        List<Tensor> tensors = tensors(folded.weights(), dtype);
        Map<String, Object> json = json(folded.config(), folded.weights());
        try (AtomicFolder out = AtomicFolder.create(folder)) {
            SafetensorsWriter.write(
                    out.path().resolve(SparsifyFormat.WEIGHTS), Map.of("format", "pt"), tensors);
            SafeFiles.writeString(
                    out.path().resolve(SparsifyFormat.CONFIG),
                    Json.PRETTY.writeValueAsString(json) + "\n");
            out.commit();
        }
    }

    /// In alphabetical order, as the safetensors library writes them.
    private static List<Tensor> tensors(SaeWeights weights, @Nullable DType dtype) {
        var written = Written.as(dtype, weights);
        List<Tensor> all = new ArrayList<>();
        all.add(written.rows("W_dec", weights.decoder()));
        Matrix skip = weights.skip();
        if (skip != null) {
            all.add(written.rows("W_skip", skip));
        }
        all.add(written.vector("b_dec", weights.decoderBias()));
        all.add(written.vector("encoder.bias", weights.encoderBias()));
        all.add(written.rows("encoder.weight", weights.encoder()));
        return all;
    }

    private static Map<String, Object> json(SaeConfig config, SaeWeights weights) {
        var kept = new Kept(config.metadata(), SparsifyFormat.NAME);
        Map<String, Object> json = new LinkedHashMap<>();
        boolean groups = config.activation() instanceof Activation.GroupMax;
        json.put("activation", groups ? "groupmax" : "topk");
        json.put("expansion_factor", Math.max(1, config.dSae() / config.dIn()));
        json.put("normalize_decoder", false);
        json.put("num_latents", config.dSae());
        json.put("k", 0);
        json.put("multi_topk", false);
        json.putAll(kept.own());
        json.put("activation", groups ? "groupmax" : "topk");
        json.put("num_latents", config.dSae());
        json.put("k", k(config, new ArrayList<>()));
        json.put("skip_connection", weights.skip() != null);
        json.put("transcode", config.transcoder());
        json.put("d_in", config.dIn());
        json.remove("signed");
        if (config.activation() instanceof Activation.AbsTopK) {
            json.put("signed", true);
        }
        if (!kept.others().isEmpty()) {
            json.put("metadata", kept.others());
        }
        return json;
    }
}
