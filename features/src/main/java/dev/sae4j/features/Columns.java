package dev.sae4j.features;

import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.LogitLens;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The small packed columns of a book; they are read whole. F features, K tokens at each end, V
/// tokens in the vocabulary.
///
/// | file | tensors |
/// |---|---|
/// | `statistics.safetensors` | `fires` `[F]` int64; `max` `[F]` float32; `sum` `sum_of_squares` `[F]` float64; `by_position` `[F, 32]` int32; `rows` `documents` `[1]` int64 |
/// | `logits.safetensors` | `boosted_token` `suppressed_token` `[F, K]` int32; `boosted` `suppressed` `[F, K]` float32 |
/// | `tokens.safetensors` | `start` `[V + 1]` int32 into `text` `[bytes]` uint8, UTF-8; `special` `[V]` uint8 |
final class Columns {
    static final String STATISTICS = "statistics.safetensors";
    static final String LOGITS = "logits.safetensors";
    static final String TOKENS = "tokens.safetensors";

    private Columns() {}

    static void write(Path folder, FeatureStatistics s) {
        int n = s.features();
        int bins = FeatureStatistics.POSITION_BINS;
        long[] fires = new long[n];
        float[] max = new float[n];
        double[] sum = new double[n];
        double[] squares = new double[n];
        int[] byPosition = new int[n * bins];
        for (int f = 0; f < n; f++) {
            fires[f] = s.fires(f);
            max[f] = s.max(f);
            sum[f] = s.sum(f);
            squares[f] = s.sumOfSquares(f);
            for (int p = 0; p < bins; p++) {
                byPosition[f * bins + p] = s.firesAt(f, p);
            }
        }
        SafetensorsWriter.write(
                folder.resolve(STATISTICS),
                Map.of(),
                List.of(
                        Tensor.ofLongs("fires", fires, n),
                        Tensor.ofFloats("max", max, n),
                        doubles("sum", sum),
                        doubles("sum_of_squares", squares),
                        Tensor.ofInts("by_position", byPosition, n, bins),
                        Tensor.ofLongs("rows", new long[] {s.rows()}, 1),
                        Tensor.ofLongs("documents", new long[] {s.documents()}, 1)));
    }

    static FeatureStatistics readStatistics(Path file, int features) {
        try (Safetensors columns = Safetensors.open(file)) {
            String why = "the book has %d features".formatted(features);
            int bins = FeatureStatistics.POSITION_BINS;
            return new FeatureStatistics(
                    longs(file, columns.require("rows", "a count", 1))[0],
                    longs(file, columns.require("documents", "a count", 1))[0],
                    longs(file, columns.require("fires", why, features)),
                    columns.require("max", why, features).toFloats(),
                    doubles(file, columns.require("sum", why, features)),
                    doubles(file, columns.require("sum_of_squares", why, features)),
                    ints(file, columns.require("by_position", why, features, bins)));
        }
    }

    static void write(Path folder, int features, LogitLens lens) {
        long k = lens.depth();
        SafetensorsWriter.write(
                folder.resolve(LOGITS),
                Map.of(),
                List.of(
                        Tensor.ofInts("boosted_token", lens.boostedToken(), features, k),
                        Tensor.ofFloats("boosted", lens.boosted(), features, k),
                        Tensor.ofInts("suppressed_token", lens.suppressedToken(), features, k),
                        Tensor.ofFloats("suppressed", lens.suppressed(), features, k)));
    }

    static LogitLens readLogits(Path file, int features) {
        try (Safetensors columns = Safetensors.open(file)) {
            int k =
                    columns.find("boosted_token")
                            .filter(t -> t.shape().length == 2)
                            .map(Tensor::columns)
                            .orElse(0);
            String why = "the book has %d features".formatted(features);
            return new LogitLens(
                    k,
                    ints(file, columns.require("boosted_token", why, features, k)),
                    columns.require("boosted", why, features, k).toFloats(),
                    ints(file, columns.require("suppressed_token", why, features, k)),
                    columns.require("suppressed", why, features, k).toFloats());
        }
    }

    static void write(Path folder, TokenText text) {
        int n = text.vocabularySize();
        int[] start = new int[n + 1];
        byte[] special = new byte[n];
        var bytes = new ByteArrayOutputStream();
        for (int id = 0; id < n; id++) {
            bytes.writeBytes(text.token(id).getBytes(StandardCharsets.UTF_8));
            start[id + 1] = bytes.size();
            special[id] = (byte) (text.isSpecial(id) ? 1 : 0);
        }
        SafetensorsWriter.write(
                folder.resolve(TOKENS),
                Map.of(),
                List.of(
                        Tensor.ofInts("start", start, n + 1),
                        octets("text", bytes.toByteArray()),
                        octets("special", special)));
    }

    static TokenText readTokens(Path file) {
        try (Safetensors columns = Safetensors.open(file)) {
            Tensor flags =
                    columns.find("special")
                            .orElseThrow(() -> Sae4jException.in(file, "has no tensor 'special'"));
            int n = flags.rows();
            int[] start = ints(file, columns.require("start", "'special' has one less", n + 1));
            Tensor text = columns.require("text", "'start' ends there", Math.max(0, start[n]));
            return StoredText.of(file, start, octets(text), octets(flags));
        }
    }

    private static Tensor doubles(String name, double[] values) {
        return new Tensor(
                name, DType.F64, new long[] {values.length}, MemorySegment.ofArray(values));
    }

    private static Tensor octets(String name, byte[] values) {
        return new Tensor(
                name, DType.U8, new long[] {values.length}, MemorySegment.ofArray(values));
    }

    private static byte[] octets(Tensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_BYTE);
    }

    private static long[] longs(Path file, Tensor tensor) {
        if (tensor.dtype().isFloating()) {
            throw Sae4jException.in(file, "tensor %s: expected integers".formatted(tensor));
        }
        return tensor.toLongs();
    }

    private static int[] ints(Path file, Tensor tensor) {
        long[] values = longs(file, tensor);
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) values[i];
        }
        return ints;
    }

    private static double[] doubles(Path file, Tensor tensor) {
        if (tensor.dtype() != DType.F64) {
            throw Sae4jException.in(file, "tensor %s: expected F64".formatted(tensor));
        }
        return tensor.data()
                .toArray(
                        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(
                                java.nio.ByteOrder.LITTLE_ENDIAN));
    }
}
