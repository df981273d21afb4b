package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TorchWriter;
import dev.sae4j.io.UsageException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes the files that [GridPtFormat] reads: below the name that says what the SAE is, in a
/// folder, or as a file that has such a name already.
///
/// ReLU is JumpReLU with a threshold of zero. What is subtracted from the input becomes `b_pre`.
final class GridPtWriter implements CheckpointWriter {
    private static final String TITLE = "A grid search";

    @Override
    public Fit fit(Sae sae) {
        List<String> losses = new ArrayList<>();
        name(sae.config(), losses);
        Bare.requireAutoencoder(sae, TITLE);
        List<String> notes =
                new ArrayList<>(Folding.of(sae.config(), sae.weights()).statistics().notes());
        if (sae.config().centred()) {
            notes.add("b_dec, which is subtracted from the input, becomes b_pre");
        }
        return Bare.fit(sae.config(), notes, losses, Set.of());
    }

    private static GridName name(SaeConfig config, List<String> losses) {
        double expansion = GridName.expansion(config.dIn(), config.dSae());
        return switch (config.activation()) {
            case Activation.TopK(int k) -> new GridName("TopK", expansion, k, null);
            case Activation.SignedTopK(int k) -> {
                losses.add("the format applies ReLU: negative activations of this SAE are lost");
                yield new GridName("TopK", expansion, k, null);
            }
            case Activation.BatchTopK(double k, Float threshold) when threshold == null -> {
                int whole = NearestTopK.whole(k);
                if (whole != k) {
                    losses.add("the name holds a whole k: %d instead of %s".formatted(whole, k));
                }
                yield new GridName("BatchTopK", expansion, whole, null);
            }
            case Activation.BatchTopK batch -> jump(expansion, batch.threshold());
            case Activation.Relu _ -> jump(expansion, 0f);
            case Activation.JumpRelu(float[] threshold) -> {
                for (float t : threshold) {
                    if (t != threshold[0]) {
                        throw new Sae4jException(
                                "%s has one threshold for all features, this SAE one for each: write saelens"
                                        .formatted(TITLE));
                    }
                }
                yield jump(expansion, threshold[0]);
            }
            default ->
                    throw new Sae4jException(
                            "%s has BatchTopK, TopK and JumpReLU only, not %s: write saelens"
                                    .formatted(TITLE, config.architecture()));
        };
    }

    private static GridName jump(double expansion, @Nullable Float threshold) {
        if (threshold == null || !Float.isFinite(threshold)) {
            throw new Sae4jException(
                    "%s needs a finite threshold, not %s".formatted(TITLE, threshold));
        }
        return new GridName("JumpReLU", expansion, null, threshold);
    }

    @Override
    public void write(Sae sae, Path path, @Nullable DType dtype) {
        fit(sae);
        GridName name = name(sae.config(), new ArrayList<>());
        Path file = Bare.file(path, ".pt", name.file());
        checkName(sae.config(), name, file);
        Folding folded = Folding.of(sae.config(), sae.weights()).statistics();
        SaeWeights weights = folded.weights();
        float[] bias = weights.decoderBias();
        float[] pre = weights.preBias() == null ? new float[bias.length] : weights.preBias();
        if (folded.config().centred()) {
            pre = sum(pre, bias);
            bias = new float[bias.length];
        }
        var written = Written.as(dtype, weights).each();
        Map<String, Tensor> state = new LinkedHashMap<>();
        put(state, written.vector("b_pre", pre));
        put(state, written.rows("encoder.weight", weights.encoder()));
        put(state, written.vector("encoder.bias", weights.encoderBias()));
        put(state, written.columns("decoder.weight", weights.decoder()));
        put(state, written.vector("decoder.bias", bias));
        TorchWriter.write(file, state);
    }

    private static void put(Map<String, Tensor> state, Tensor tensor) {
        state.put(tensor.name(), tensor);
    }

    private static void checkName(SaeConfig config, GridName name, Path file) {
        boolean same =
                GridName.of(file)
                        .filter(n ->
                                n.kind().equals(name.kind())
                                        && Objects.equals(n.k(), name.k())
                                        && Objects.equals(n.threshold(), name.threshold())
                                        && n.expands(config.dIn(), config.dSae()))
                        .isPresent();
        if (!same) {
            throw new UsageException(
                    "the name of a grid search's file says what is in it: write %s, not %s"
                            .formatted(name.file(), file.getFileName()));
        }
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int c = 0; c < sum.length; c++) {
            sum[c] = a[c] + b[c];
        }
        return sum;
    }
}
