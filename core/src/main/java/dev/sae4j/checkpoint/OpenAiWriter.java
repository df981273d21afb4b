package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the file that [OpenAiFormat] reads, as `Autoencoder.from_state_dict` loads it. Statistics
/// of training are those of the file read, or those of an autoencoder never trained.
final class OpenAiWriter implements CheckpointWriter {
    @Override
    public Fit fit(Sae sae) {
        SaeConfig config = sae.config();
        if (config.transcoder() || sae.weights().skip() != null) {
            throw new Sae4jException("openai has no transcoders and no skip connections");
        }
        List<String> losses = new ArrayList<>();
        Folding folded = folded(sae);
        InputTransform input = folded.config().input();
        boolean willStandardise =
                activation(folded.config(), losses).containsKey("activation_state_dict");
        if (willStandardise && !isStandardising(input)) {
            losses.add(
                    "openai standardises rows before TopK: this SAE does not, or does so otherwise");
        } else if (!willStandardise && !(input instanceof InputTransform.None)) {
            losses.add("openai standardises rows before TopK only, not before ReLU");
        }
        if (!config.metadata().isEmpty()) {
            folded.notes()
                    .add("the file has no place for metadata: model, hook and data are left out");
        }
        if (!config.prefixes().isEmpty()) {
            folded.notes().add("the widths of the prefixes are left out");
        }
        return new Fit(folded.notes(), losses);
    }

    private static boolean isStandardising(InputTransform input) {
        return input instanceof InputTransform.LayerNorm(float epsilon, boolean undone)
                && undone
                && epsilon == InputTransform.LayerNorm.EPSILON;
    }

    /// The plain values of the file.
    private static Map<String, Object> activation(SaeConfig config, List<String> losses) {
        Map<String, Object> values = new LinkedHashMap<>();
        boolean keepsAll =
                config.activation() instanceof Activation.SignedTopK(int k)
                        && k == config.dSae()
                        && config.input() instanceof InputTransform.None;
        if (config.activation() instanceof Activation.Relu || keepsAll) {
            values.put("activation", keepsAll ? "Identity" : "ReLU");
            return values;
        }
        boolean signed = config.activation() instanceof Activation.SignedTopK;
        int k =
                config.activation() instanceof Activation.SignedTopK(int all)
                        ? all
                        : NearestTopK.k(config.activation(), OpenAiFormat.NAME, losses);
        values.put("activation", "TopK");
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("k", k);
        state.put("postact_fn", signed ? "Identity" : "ReLU");
        values.put("activation_state_dict", state);
        return values;
    }

    private static Folding folded(Sae sae) {
        return Folding.of(sae.config(), sae.weights()).statistics().withoutPreBias().centred();
    }

    @Override
    public void write(Sae sae, Path file, @Nullable DType dtype) {
        fit(sae);
        Folding folded = folded(sae);
        SaeWeights weights = folded.weights();
        var written = Written.as(dtype, weights);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("pre_bias", written.vector("pre_bias", weights.decoderBias()));
        tree.put("latent_bias", written.vector("latent_bias", weights.encoderBias()));
        statistics(tree, weights);
        tree.put("encoder.weight", written.rows("encoder.weight", weights.encoder()));
        tree.put("decoder.weight", written.columns("decoder.weight", weights.decoder()));
        tree.putAll(activation(folded.config(), new ArrayList<>()));
        TorchWriter.write(file, tree);
    }

    private static void statistics(Map<String, Object> tree, SaeWeights weights) {
        int features = weights.encoder().rows();
        float[] ones = new float[features];
        Arrays.fill(ones, 1);
        List<Tensor> untrained =
                List.of(
                        Tensor.ofLongs("stats_last_nonzero", new long[features], features),
                        Tensor.ofFloats("latents_activation_frequency", ones, features),
                        Tensor.ofFloats("latents_mean_square", new float[features], features));
        for (Tensor tensor : untrained) {
            Tensor known =
                    weights.tensors().stream()
                            .filter(t -> t.name().equals(tensor.name()) && t.hasShape(features))
                            .findFirst()
                            .orElse(tensor);
            tree.put(tensor.name(), known);
        }
    }
}
