package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes the file that [TopKPtFormat] reads, `sae_weights.pt` in a folder, or a file `*.pt`.
///
/// The counts of the training are copied from the SAE's file; SAEs of other formats get zeros.
final class TopKPtWriter implements CheckpointWriter {
    private static final String TITLE = "The TopK release";
    private static final List<String> COUNTS = List.of("feature_activations", "steps_since_active");

    @Override
    public Fit fit(Sae sae) {
        List<String> losses = new ArrayList<>();
        long k = k(sae.config(), losses);
        Bare.requireAutoencoder(sae, TITLE);
        List<String> notes = new ArrayList<>(Bare.folded(sae).notes());
        for (String name : COUNTS) {
            if (count(sae, name).isEmpty()) {
                notes.add("'%s' is not known: zeros are written".formatted(name));
            }
        }
        if (k < 1 || k > sae.config().dSae()) {
            throw new Sae4jException("%s needs a k of 1 to d_sae, not %d".formatted(TITLE, k));
        }
        return Bare.fit(sae.config(), notes, losses, Set.of(TopKPtFormat.NAME));
    }

    private static long k(SaeConfig config, List<String> losses) {
        return switch (config.activation()) {
            case Activation.TopK(int k) -> k;
            case Activation.SignedTopK(int k) -> {
                losses.add("the format applies ReLU: negative activations of this SAE are lost");
                yield k;
            }
            case Activation.BatchTopK batch -> {
                long k = Math.max(1, Math.round(batch.k()));
                losses.add(
                        "the format keeps a number of features per row: each row would have its %d largest, whatever the batch or the threshold"
                                .formatted(k));
                yield k;
            }
            default ->
                    throw new Sae4jException(
                            "%s has TopK only, not %s: write saelens"
                                    .formatted(TITLE, config.architecture()));
        };
    }

    private static Optional<Tensor> count(Sae sae, String name) {
        return sae.weights().tensors().stream()
                .filter(t ->
                        (t.name().equals(name) || t.name().endsWith("." + name))
                                && t.dtype() == DType.I64
                                && t.hasShape(sae.config().dSae()))
                .findFirst();
    }

    @Override
    public void write(Sae sae, Path path, @Nullable DType dtype) {
        fit(sae);
        SaeConfig config = sae.config();
        SaeWeights weights = Bare.folded(sae).weights();
        var written = Written.as(dtype, weights).each();
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("W_enc", written.columns("W_enc", weights.encoder()));
        state.put("W_dec", written.rows("W_dec", weights.decoder()));
        state.put("b_enc", written.vector("b_enc", weights.encoderBias()));
        state.put("b_dec", written.vector("b_dec", weights.decoderBias()));
        for (String name : COUNTS) {
            Tensor zeros = Tensor.ofLongs(name, new long[config.dSae()], config.dSae());
            state.put(name, count(sae, name).orElse(zeros));
        }
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("d_in", config.dIn());
        said.put("d_sae", config.dSae());
        said.put("k", k(config, new ArrayList<>()));
        if (config.metadata().get(TopKPtFormat.NAME) instanceof Map<?, ?> more) {
            more.forEach((key, value) -> said.putIfAbsent(String.valueOf(key), value));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("config", said);
        all.put(TopKPtFormat.STATE, state);
        TorchWriter.write(Bare.file(path, ".pt", TopKPtFormat.WEIGHTS), all);
    }
}
