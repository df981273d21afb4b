package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `sae4j encode --input`: features and reconstructions of activations in a file.
final class EncodeRows {
    /// Rows of one call where rows do not depend on each other.
    private static final int BLOCK = 4096;

    private EncodeRows() {}

    /// What was done.
    ///
    /// @param output the file written
    /// @param rows rows encoded
    /// @param dIn their width
    /// @param dSae features
    /// @param l0 mean number of active features per row
    /// @param reading name of the reading used
    record Result(String output, int rows, int dIn, int dSae, double l0, String reading) {}

    /// @param input `FILE` or `FILE#TENSOR`
    /// @param sequence rows per sequence, for SAEs whose rows depend on each other; null for all
    /// @param dense true to write features as a dense matrix too
    static Result run(
            Workers workers,
            Sae sae,
            String input,
            Path output,
            @Nullable Integer sequence,
            boolean dense) {
        int hash = input.lastIndexOf('#');
        Path file = Path.of(hash < 0 ? input : input.substring(0, hash));
        try (TensorFile opened = TensorFile.open(file)) {
            Tensor x = tensor(opened, hash < 0 ? "" : input.substring(hash + 1));
            checkShape(file, x, sae);
            SparseCodes codes = encode(workers, sae, x, sequence, output, dense);
            return new Result(
                    output.toString(),
                    codes.rows(),
                    sae.config().dIn(),
                    sae.config().dSae(),
                    codes.l0(),
                    sae.reading().name());
        }
    }

    private static Tensor tensor(TensorFile file, String name) {
        if (!name.isEmpty()) {
            return file.find(name)
                    .orElseThrow(() ->
                            Sae4jException.in(
                                    file.file(),
                                    "has no tensor '%s': it has %s"
                                            .formatted(name, file.someNames())));
        }
        for (String usual : List.of("activations", "x")) {
            if (file.find(usual).isPresent()) {
                return file.find(usual).get();
            }
        }
        if (file.tensors().size() == 1) {
            return file.tensors().values().iterator().next();
        }
        throw new UsageException(
                "%s has %s: say which one, as %s#NAME"
                        .formatted(file.file(), file.someNames(), file.file()));
    }

    private static void checkShape(Path file, Tensor x, Sae sae) {
        long[] shape = x.shape();
        int d = sae.config().dIn();
        boolean vector = shape.length == 1 && shape[0] == d;
        if (!x.dtype().isFloating()
                || (!vector && (shape.length != 2 || shape[1] != d || shape[0] > 1 << 24))) {
            throw Sae4jException.in(
                    file,
                    "tensor '%s' is %s: the SAE takes [rows, %d] of floating point numbers"
                            .formatted(x.name(), x.describe(), d));
        }
    }

    private static SparseCodes encode(
            Workers workers,
            Sae sae,
            Tensor x,
            @Nullable Integer sequence,
            Path output,
            boolean dense) {
        int d = sae.config().dIn();
        int dOut = sae.config().dOut();
        int rows = Math.toIntExact(x.elements() / d);
        int step = step(sae, rows, sequence);
        float[] reconstruction = new float[Math.multiplyExact(rows, dOut)];
        List<SparseCodes> parts = new ArrayList<>();
        for (int first = 0; first < rows; first += step) {
            int n = Math.min(step, rows - first);
            float[] values = new float[n * d];
            x.copyTo((long) first * d, values, 0, values.length);
            Rows part = Rows.of(values, n, d);
            SparseCodes codes = sae.encode(workers, part);
            float[] out = new float[n * dOut];
            sae.decode(workers, part, codes, out);
            System.arraycopy(out, 0, reconstruction, first * dOut, out.length);
            parts.add(codes);
        }
        SparseCodes all = SparseCodes.concat(parts);
        write(sae, all, reconstruction, output, dense);
        return all;
    }

    private static int step(Sae sae, int rows, @Nullable Integer sequence) {
        if (sequence != null) {
            if (sequence < 1 || rows % sequence != 0) {
                throw new UsageException(
                        "--sequence %d does not divide %d rows".formatted(sequence, rows));
            }
            return sequence;
        }
        boolean together =
                switch (sae.config().activation()) {
                    case Activation.Temporal _ -> true;
                    case Activation.BatchTopK batch -> batch.threshold() == null;
                    default -> false;
                };
        return together ? Math.max(1, rows) : BLOCK;
    }

    private static void write(
            Sae sae, SparseCodes codes, float[] reconstruction, Path output, boolean dense) {
        int n = codes.rows();
        int entries = codes.entries();
        long[] starts = Arrays.stream(codes.rowStart()).asLongStream().toArray();
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.ofLongs("row_start", starts, n + 1));
        tensors.add(Tensor.ofInts("feature", Arrays.copyOf(codes.feature(), entries), entries));
        tensors.add(Tensor.ofFloats("value", Arrays.copyOf(codes.value(), entries), entries));
        tensors.add(Tensor.ofFloats("reconstruction", reconstruction, n, sae.config().dOut()));
        if (dense) {
            tensors.add(
                    Tensor.ofFloats(
                            "features",
                            codes.toDense(sae.config().dSae()),
                            n,
                            sae.config().dSae()));
        }
        SafetensorsWriter.write(
                output,
                Map.of(
                        "architecture",
                        sae.architecture(),
                        "d_sae",
                        String.valueOf(sae.config().dSae()),
                        "reading",
                        sae.reading().name()),
                tensors);
    }
}
