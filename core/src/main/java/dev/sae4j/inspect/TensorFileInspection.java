package dev.sae4j.inspect;

import dev.sae4j.io.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A safetensors file that is nothing else.
///
/// @param path what was looked at
/// @param tensors all tensors, in the order of the header
/// @param bytes size of all tensors
/// @param metadata the header's `__metadata__`
/// @param problems what seems wrong
public record TensorFileInspection(
        String path,
        List<TensorInfo> tensors,
        long bytes,
        Map<String, String> metadata,
        List<String> problems)
        implements Inspection {
    /// Numbers looked at in the whole file.
    private static final long SAMPLE = 1 << 21;

    static TensorFileInspection of(Path path) {
        try (Safetensors file = Safetensors.open(path)) {
            long budget = SAMPLE / Math.max(1, file.tensors().size());
            List<TensorInfo> tensors =
                    file.tensors().values().stream().map(t -> TensorInfo.of(t, budget)).toList();
            return new TensorFileInspection(
                    path.toString(),
                    tensors,
                    tensors.stream().mapToLong(TensorInfo::bytes).sum(),
                    file.metadata(),
                    TensorInfo.problems(tensors));
        }
    }
}
