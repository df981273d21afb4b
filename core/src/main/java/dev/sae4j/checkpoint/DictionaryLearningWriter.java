package dev.sae4j.checkpoint;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
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
import org.jspecify.annotations.Nullable;

/// Writes the folder that [DictionaryLearningFormat] reads, as `load_dictionary` loads it. The
/// activation decides the class.
final class DictionaryLearningWriter implements CheckpointWriter {
    /// The threshold of TopK classes until training sets one.
    private static final float UNSET = -1;

    @Override
    public Fit fit(Sae sae) {
        List<String> losses = new ArrayList<>();
        SaeConfig config = sae.config();
        DictionaryClass type = type(sae);
        if (config.activation() instanceof Activation.SignedTopK) {
            losses.add("AutoEncoderTopK applies ReLU: negative activations are lost");
        }
        if (config.activation() instanceof Activation.BatchTopK batch) {
            if (batch.threshold() == null) {
                losses.add(
                        "%s goes by a threshold unless told otherwise: the rule over whole batches becomes its reading 'batch_topk'"
                                .formatted(type.word()));
            }
            if (batch.k() != NearestTopK.whole(batch.k())) {
                losses.add(
                        "k = %s is no whole number: %d is written"
                                .formatted(batch.k(), NearestTopK.whole(batch.k())));
            }
        }
        switch (config.input()) {
            case InputTransform.LayerNorm _, InputTransform.ConstantNorm _ ->
                    losses.add(
                            "dictionary_learning takes rows as they are: this SAE standardises each one first and brings the output back");
            case InputTransform.None _, InputTransform.Scale _, InputTransform.Whitening _ -> {}
        }
        Folding folded = folded(sae, type);
        if (!config.prefixes().isEmpty() && type != DictionaryClass.MATRYOSHKA) {
            folded.notes()
                    .add(
                            "%s has no groups: the widths of the prefixes are left out"
                                    .formatted(type.word()));
        }
        return new Fit(folded.notes(), losses);
    }

    private static DictionaryClass type(Sae sae) {
        SaeConfig config = sae.config();
        if (config.transcoder() || sae.weights().skip() != null) {
            throw new Sae4jException(
                    "dictionary_learning has no transcoders and no skip connections");
        }
        return switch (config.activation()) {
            case Activation.Relu _ ->
                    config.centred()
                            ? DictionaryClass.AUTO_ENCODER
                            : DictionaryClass.AUTO_ENCODER_NEW;
            case Activation.TopK _, Activation.SignedTopK _ -> DictionaryClass.TOP_K;
            case Activation.BatchTopK _ ->
                    config.prefixes().isEmpty()
                            ? DictionaryClass.BATCH_TOP_K
                            : DictionaryClass.MATRYOSHKA;
            case Activation.JumpRelu _ -> DictionaryClass.JUMP_RELU;
            case Activation.Gated _ -> DictionaryClass.GATED;
            case Activation.AbsTopK _,
                    Activation.GroupMax _,
                    Activation.MatchingPursuit _,
                    Activation.Temporal _ ->
                    throw new Sae4jException(
                            "dictionary_learning has no class for %s: write saelens or sparsify"
                                    .formatted(config.architecture()));
        };
    }

    private static Folding folded(Sae sae, DictionaryClass type) {
        Folding folding = Folding.of(sae.config(), sae.weights()).statistics().withoutPreBias();
        return switch (type) {
            case AUTO_ENCODER, GATED, TOP_K, BATCH_TOP_K, MATRYOSHKA -> folding.centred();
            case AUTO_ENCODER_NEW, JUMP_RELU -> folding.uncentred();
        };
    }

    @Override
    public void write(Sae sae, Path folder, @Nullable DType dtype) {
        DictionaryClass type = type(sae);
        Folding folded = folded(sae, type);
        var tensors = new Tensors(type, folded.config(), folded.weights(), dtype);
        var json = new DictionaryConfig(type, sae.config()).json();
        try (AtomicFolder out = AtomicFolder.create(folder)) {
            TorchWriter.write(out.path().resolve(DictionaryFile.WEIGHTS), tensors.all());
            SafeFiles.writeString(
                    out.path().resolve(DictionaryFile.CONFIG),
                    Json.PRETTY.writeValueAsString(json) + "\n");
            out.commit();
        }
    }

    /// The state dict of a class.
    private record Tensors(
            DictionaryClass type, SaeConfig config, SaeWeights weights, @Nullable DType dtype) {
        Map<String, Tensor> all() {
            var written = Written.as(dtype, weights);
            Map<String, Tensor> all = new LinkedHashMap<>();
            for (String name : type.tensors()) {
                all.put(name, tensor(written, name));
            }
            return all;
        }

        private Tensor tensor(Written written, String name) {
            return switch (name) {
                case "encoder.weight" -> written.rows(name, weights.encoder());
                case "decoder.weight" -> written.columns(name, weights.decoder());
                case "W_enc" -> written.columns(name, weights.encoder());
                case "W_dec" -> written.rows(name, weights.decoder());
                case "encoder.bias", "b_enc" -> written.vector(name, weights.encoderBias());
                case "k" -> Tensor.ofInts(name, new int[] {DictionaryConfig.k(config)});
                case "threshold" -> threshold(written, name);
                case "group_sizes" -> {
                    long[] sizes = DictionaryConfig.groupSizes(config);
                    yield Tensor.ofLongs(name, sizes, sizes.length);
                }
                case "gate_bias" -> written.vector(name, gated().gateBias());
                case "r_mag" -> written.vector(name, gated().magnitudeScale());
                case "mag_bias" -> written.vector(name, gated().magnitudeBias());
                default -> written.vector(name, weights.decoderBias());
            };
        }

        private Activation.Gated gated() {
            return (Activation.Gated) config.activation();
        }

        private Tensor threshold(Written written, String name) {
            if (config.activation() instanceof Activation.JumpRelu(float[] threshold)) {
                return written.vector(name, threshold);
            }
            Float learned =
                    config.activation() instanceof Activation.BatchTopK batch
                            ? batch.threshold()
                            : null;
            Object kept =
                    new Kept(config.metadata(), DictionaryLearningFormat.NAME).own().get(name);
            float value =
                    learned != null ? learned : kept instanceof Number n ? n.floatValue() : UNSET;
            return Tensor.ofFloats(name, new float[] {value});
        }
    }
}
