package dev.sae4j.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sae4j.checkpoint.CheckpointFormat;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An SAE.
///
/// @param path what was looked at
/// @param format name of the file format
/// @param architecture `standard`, `topk` or `jumprelu`
/// @param dIn width of the activations
/// @param dSae number of features
/// @param k features kept per token; null unless the architecture has it
/// @param applyBDecToInput true if `b_dec` is subtracted from the input
/// @param dtype element type of the matrices, such as `F32`; several if they differ
/// @param bytes size of all tensors
/// @param tensors all tensors of the file
/// @param sampledRows decoder rows that were read; `dSae` if it was all of them
/// @param decoderNorms of the sampled rows, as stored
/// @param deadRows sampled rows that are zero: features that reconstruct nothing
/// @param encoderBias all of `b_enc`
/// @param threshold all thresholds; null unless the architecture has them
/// @param metadata where the SAE comes from
/// @param problems what seems wrong
public record SaeInspection(
        String path,
        String format,
        String architecture,
        int dIn,
        int dSae,
        @Nullable Integer k,
        @JsonProperty("apply_b_dec_to_input") boolean applyBDecToInput,
        String dtype,
        long bytes,
        List<TensorInfo> tensors,
        int sampledRows,
        Spread decoderNorms,
        int deadRows,
        Spread encoderBias,
        @Nullable Spread threshold,
        Map<String, Object> metadata,
        List<String> problems)
        implements Inspection {
    /// Numbers read of the decoder: a megabyte or four, whatever the size of the SAE.
    private static final int SAMPLE = 1 << 20;

    static SaeInspection of(CheckpointFormat format, Path path) {
        try (Sae sae = format.open(path)) {
            SaeConfig config = sae.config();
            List<TensorInfo> tensors =
                    sae.weights().tensors().stream().map(t -> TensorInfo.of(t, SAMPLE)).toList();
            int rows =
                    Math.clamp(SAMPLE / config.dIn(), Math.min(64, config.dSae()), config.dSae());
            float[] norms = decoderNorms(sae, rows);
            int dead = 0;
            for (float norm : norms) {
                dead += norm == 0 ? 1 : 0;
            }
            float[] threshold =
                    config.activation() instanceof Activation.JumpRelu(float[] t) ? t : null;
            return new SaeInspection(
                    path.toString(),
                    format.name(),
                    config.architecture(),
                    config.dIn(),
                    config.dSae(),
                    config.activation() instanceof Activation.TopK(int k) ? k : null,
                    config.centred(),
                    dtype(sae.weights().tensors()),
                    tensors.stream().mapToLong(TensorInfo::bytes).sum(),
                    tensors,
                    rows,
                    Spread.of(norms),
                    dead,
                    Spread.of(sae.weights().encoderBias()),
                    threshold == null ? null : Spread.of(threshold),
                    new TreeMap<>(config.metadata()),
                    problems(config, tensors, dead, rows));
        }
    }

    /// Norms of evenly spaced decoder rows, as they are stored.
    private static float[] decoderNorms(Sae sae, int rows) {
        int d = sae.config().dIn();
        Tensor stored = decoder(sae);
        float[] row = new float[d];
        float[] norms = new float[rows];
        for (int i = 0; i < rows; i++) {
            int feature = (int) ((long) i * sae.config().dSae() / rows);
            if (stored != null) {
                stored.copyTo((long) feature * d, row, 0, d);
            } else {
                sae.weights().decoderRow(feature, row, 0);
            }
            norms[i] = norm(row);
        }
        return norms;
    }

    private static @Nullable Tensor decoder(Sae sae) {
        for (Tensor t : sae.weights().tensors()) {
            if (t.name().equals("W_dec") && t.hasShape(sae.config().dSae(), sae.config().dIn())) {
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
