package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes a snapshot that [ReluPtFormat] reads: a state dict of two `nn.Linear` layers,
/// `sae_layer{LL}_{50M|final}.pt` in a folder (`sae.pt` if the layer is not known), or a file `*.pt`.
final class ReluPtWriter implements CheckpointWriter {
    private static final String TITLE = "The plain torch file";

    @Override
    public Fit fit(Sae sae) {
        if (!isRelu(sae.config().activation())) {
            throw new Sae4jException(
                    "%s has ReLU only, not %s: write saelens"
                            .formatted(TITLE, sae.config().architecture()));
        }
        Bare.requireAutoencoder(sae, TITLE);
        return Bare.fit(
                sae.config(),
                Bare.folded(sae).notes(),
                List.of(),
                Set.of("hook_layer", "snapshot", "training_tokens"));
    }

    private static boolean isRelu(Activation activation) {
        if (activation instanceof Activation.JumpRelu(float[] threshold)) {
            for (float t : threshold) {
                if (t != 0) {
                    return false;
                }
            }
            return true;
        }
        return activation instanceof Activation.Relu;
    }

    @Override
    public void write(Sae sae, Path path, @Nullable DType dtype) {
        fit(sae);
        SaeWeights weights = Bare.folded(sae).weights();
        var written = Written.as(dtype, weights).each();
        Map<String, Tensor> state = new LinkedHashMap<>();
        put(state, written.rows("encoder.weight", weights.encoder()));
        put(state, written.vector("encoder.bias", weights.encoderBias()));
        put(state, written.columns("decoder.weight", weights.decoder()));
        put(state, written.vector("decoder.bias", weights.decoderBias()));
        TorchWriter.write(Bare.file(path, ".pt", ReleaseName.snapshot(sae.config())), state);
    }

    private static void put(Map<String, Tensor> state, Tensor tensor) {
        state.put(tensor.name(), tensor);
    }
}
