package dev.sae4j.checkpoint;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes the folder that [SaeLensFormat] reads, in float32.
final class SaeLensWriter {
    /// Features transposed at a time: one row of them is a cache line or more.
    private static final int BLOCK = 64;

    private SaeLensWriter() {}

    static void write(Sae sae, Path folder) {
        SaeConfig config = sae.config();
        SaeWeights weights = sae.weights();
        int d = config.dIn();
        int f = config.dSae();
        try (Arena arena = Arena.ofConfined();
                AtomicFolder out = AtomicFolder.create(folder)) {
            MemorySegment encoder = arena.allocate(4L * d * f, 64); // [D, F]
            MemorySegment decoder = arena.allocate(4L * d * f, 64); // [F, D]
            fill(weights, d, f, encoder, decoder);
            List<Tensor> tensors = new ArrayList<>();
            tensors.add(new Tensor("W_dec", DType.F32, new long[] {f, d}, decoder));
            tensors.add(new Tensor("W_enc", DType.F32, new long[] {d, f}, encoder));
            tensors.add(Tensor.ofFloats("b_dec", weights.decoderBias(), d));
            tensors.add(Tensor.ofFloats("b_enc", weights.encoderBias(), f));
            if (config.activation() instanceof Activation.JumpRelu(float[] threshold)) {
                tensors.add(Tensor.ofFloats("threshold", threshold, f));
            }
            SafetensorsWriter.write(
                    out.path().resolve(SaeLensFormat.WEIGHTS), Map.of("format", "pt"), tensors);
            SafeFiles.writeString(
                    out.path().resolve(SaeLensFormat.CONFIG),
                    Json.PRETTY.writeValueAsString(json(config)) + "\n");
            out.commit();
        }
    }

    private static void fill(
            SaeWeights weights, int d, int f, MemorySegment encoder, MemorySegment decoder) {
        float[] rows = new float[BLOCK * d]; // [block, D]
        float[] column = new float[BLOCK];
        for (int first = 0; first < f; first += BLOCK) {
            int count = Math.min(BLOCK, f - first);
            weights.encoderRows(first, count, rows);
            for (int c = 0; c < d; c++) {
                for (int j = 0; j < count; j++) {
                    column[j] = rows[j * d + c];
                }
                DType.F32.fromFloats(column, 0, count, encoder, (long) c * f + first);
            }
            for (int j = 0; j < count; j++) {
                weights.decoderRow(first + j, rows, j * d);
            }
            DType.F32.fromFloats(rows, 0, count * d, decoder, (long) first * d);
        }
    }

    private static Map<String, Object> json(SaeConfig config) {
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
        json.put("metadata", new TreeMap<>(config.metadata()));
        return json;
    }
}
