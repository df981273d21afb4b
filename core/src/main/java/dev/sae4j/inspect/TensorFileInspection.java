package dev.sae4j.inspect;

import dev.sae4j.io.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A file of tensors that is nothing else: safetensors, torch, npz, npy or GGUF.
///
/// @param path what was looked at
/// @param container what kind of file it is
/// @param tensors all tensors, in the order of the header
/// @param bytes size of all tensors
/// @param values what the file holds beside tensors, large lists left out
/// @param problems what seems wrong
public record TensorFileInspection(
        String path,
        String container,
        List<TensorInfo> tensors,
        long bytes,
        Map<String, Object> values,
        List<String> problems)
        implements Inspection {
    /// Numbers looked at in the whole file.
    private static final long SAMPLE = 1 << 21;

    /// Values whose text is longer are counted, not shown.
    private static final int LONGEST = 2000;

    static TensorFileInspection of(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            long budget = SAMPLE / Math.max(1, file.tensors().size());
            List<TensorInfo> tensors =
                    file.tensors().values().stream().map(t -> TensorInfo.of(t, budget)).toList();
            List<String> problems = new ArrayList<>(file.problems());
            problems.addAll(TensorInfo.problems(tensors));
            return new TensorFileInspection(
                    path.toString(),
                    file.container(),
                    tensors,
                    tensors.stream().mapToLong(TensorInfo::bytes).sum(),
                    values(file.values()),
                    problems);
        }
    }

    private static Map<String, Object> values(JsonNode object) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (var field : object.properties()) {
            String text = field.getValue().toString();
            values.put(
                    field.getKey(),
                    text.length() > LONGEST
                            ? "(%,d characters)".formatted(text.length())
                            : field.getValue());
        }
        return values;
    }
}
