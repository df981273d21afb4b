package dev.sae4j.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An SAE.
///
/// @param path what was looked at
/// @param format name of the file format
/// @param architecture as SAELens names it: `standard`, `topk`, `jumprelu` ...
/// @param dIn width of the activations
/// @param dOut width of the reconstructions; differs from `dIn` in transcoders only
/// @param dSae number of features
/// @param k features kept per token, on average for BatchTopK; null unless the architecture has it
/// @param prefixes widths of a Matryoshka SAE's prefixes; empty for others
/// @param applyBDecToInput true if `b_dec` is subtracted from the input
/// @param input what is done to the activations first
/// @param reading name of the reading described here
/// @param readings all readings: name to meaning
/// @param dtype element type of the matrices, such as `F32`; several if they differ
/// @param bytes size of all tensors
/// @param tensors all tensors of the file
/// @param sampledRows decoder rows that were read; `dSae` if it was all of them
/// @param decoderNorms of the sampled rows, as stored
/// @param deadRows sampled rows that are zero: features that reconstruct nothing
/// @param encoderBias all of `b_enc`
/// @param threshold all thresholds; null unless the architecture has them
/// @param metadata where the SAE comes from
/// @param companions files beside it that are known: name to what they are
/// @param notes what a user of the file should know
/// @param problems what seems wrong
public record SaeInspection(
        String path,
        String format,
        String architecture,
        int dIn,
        int dOut,
        int dSae,
        @Nullable Double k,
        List<Integer> prefixes,
        @JsonProperty("apply_b_dec_to_input") boolean applyBDecToInput,
        String input,
        String reading,
        Map<String, String> readings,
        String dtype,
        long bytes,
        List<TensorInfo> tensors,
        int sampledRows,
        Spread decoderNorms,
        int deadRows,
        Spread encoderBias,
        @Nullable Spread threshold,
        Map<String, Object> metadata,
        Map<String, String> companions,
        List<String> notes,
        List<String> problems)
        implements Inspection {
    /// Numbers read of the decoder: a megabyte or four, whatever the size of the SAE.
    private static final int SAMPLE = 1 << 20;

    /// Looks at an SAE.
    public static SaeInspection of(Path path, ReadOptions options) {
        try (Checkpoints.Found found = Checkpoints.find(path, options)) {
            return of(path, found);
        }
    }

    static SaeInspection of(Path path, Checkpoints.Found found) {
        Sae sae = found.sae();
        SaeConfig config = sae.config();
        List<TensorInfo> tensors =
                sae.weights().tensors().stream().map(t -> TensorInfo.of(t, SAMPLE)).toList();
        int rows = Math.clamp(SAMPLE / config.dOut(), Math.min(64, config.dSae()), config.dSae());
        float[] norms = decoderNorms(sae, rows);
        int dead = 0;
        for (float norm : norms) {
            dead += norm == 0 ? 1 : 0;
        }
        return new SaeInspection(
                path.toString(),
                found.format().name(),
                sae.architecture(),
                config.dIn(),
                config.dOut(),
                config.dSae(),
                k(config.activation()),
                config.prefixes(),
                config.centred(),
                input(config.input(), sae.weights().preBias() != null),
                sae.reading().name(),
                readings(sae),
                dtype(sae.weights().tensors()),
                tensors.stream().mapToLong(TensorInfo::bytes).sum(),
                tensors,
                rows,
                Spread.of(norms),
                dead,
                Spread.of(sae.weights().encoderBias()),
                threshold(config.activation()),
                new TreeMap<>(config.metadata()),
                Companions.of(path),
                sae.notes(),
                problems(config, tensors, dead, rows));
    }

    private static @Nullable Double k(Activation activation) {
        return switch (activation) {
            case Activation.TopK(int k) -> (double) k;
            case Activation.SignedTopK(int k) -> (double) k;
            case Activation.AbsTopK(int k) -> (double) k;
            case Activation.GroupMax(int k) -> (double) k;
            case Activation.BatchTopK batch -> batch.k();
            case Activation.Temporal(Integer k, var _) -> k == null ? null : k.doubleValue();
            case Activation.Relu _,
                    Activation.JumpRelu _,
                    Activation.Gated _,
                    Activation.MatchingPursuit _ ->
                    null;
        };
    }

    private static @Nullable Spread threshold(Activation activation) {
        return switch (activation) {
            case Activation.JumpRelu(float[] threshold) -> Spread.of(threshold);
            case Activation.BatchTopK(double _, Float threshold) when threshold != null ->
                    Spread.of(new float[] {threshold});
            default -> null;
        };
    }

    private static String input(InputTransform input, boolean preBias) {
        String transform = transform(input);
        if (!preBias) {
            return transform;
        }
        return (transform.equals("none") ? "" : transform + ", then ")
                + "b_pre is subtracted, and added to the output";
    }

    private static String transform(InputTransform input) {
        return switch (input) {
            case InputTransform.None _ -> "none";
            case InputTransform.LayerNorm norm ->
                    "layer_norm" + (norm.undone() ? "" : ", not undone on the output");
            case InputTransform.ConstantNorm norm ->
                    "constant_norm_rescale" + (norm.undone() ? "" : ", not undone on the output");
            case InputTransform.Scale(float factor) -> "scale by " + factor;
            case InputTransform.Whitening _ -> "whitening";
        };
    }

    private static Map<String, String> readings(Sae sae) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Reading reading : sae.readings()) {
            all.put(reading.name(), reading.meaning());
        }
        return all;
    }

    /// Norms of evenly spaced decoder rows, as they are stored.
    private static float[] decoderNorms(Sae sae, int rows) {
        int d = sae.config().dOut();
        Tensor stored = decoder(sae);
        float[] row = new float[d];
        float[] norms = new float[rows];
        for (int i = 0; i < rows; i++) {
            int feature = (int) ((long) i * sae.config().dSae() / rows);
            if (stored != null) {
                stored.copyTo((long) feature * d, row, 0, d);
            } else {
                sae.weights().decoder().read(feature, row, 0);
            }
            norms[i] = norm(row);
        }
        return norms;
    }

    private static @Nullable Tensor decoder(Sae sae) {
        for (Tensor t : sae.weights().tensors()) {
            if (t.name().equals("W_dec") && t.hasShape(sae.config().dSae(), sae.config().dOut())) {
                return t;
            }
        }
        return null;
    }

    private static float norm(float[] row) {
        double sum = 0;
        for (float w : row) {
            sum += (double) w * w;
        }
        return (float) Math.sqrt(sum);
    }

    private static String dtype(List<Tensor> tensors) {
        return tensors.stream()
                .filter(t -> t.shape().length == 2)
                .map(t -> t.dtype().name())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static List<String> problems(
            SaeConfig config, List<TensorInfo> tensors, int dead, int rows) {
        List<String> problems = new ArrayList<>(TensorInfo.problems(tensors));
        if (dead > 0) {
            problems.add(
                    "%d of %d decoder rows are zero: these features reconstruct nothing"
                            .formatted(dead, rows));
        }
        List<String> missing = new ArrayList<>(List.of("model_name", "hook_name"));
        missing.removeAll(config.metadata().keySet());
        if (!missing.isEmpty()) {
            problems.add(
                    "metadata lacks %s: nothing says where the activations come from"
                            .formatted(String.join(" and ", missing)));
        }
        return problems;
    }
}
