package dev.sae4j.train.sweep;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came of a cell.
///
/// @param name of the cell
/// @param failure why training stopped early; null if it did not
/// @param numbers metrics on the held-out rows and facts of training, by the names that
///     `metrics.json` and the tables use; what is not defined is left out
/// @param selection what chose the features that were measured: `row`, `batch` (BatchTopK's rule
///     within each batch) or `threshold` (BatchTopK with its running threshold)
/// @param losses what the format of the SAE's files cannot express, a sentence each
public record CellResult(
        String name,
        @Nullable String failure,
        Map<String, Number> numbers,
        String selection,
        List<String> losses) {
    public CellResult {
        Map<String, Number> wide = new LinkedHashMap<>();
        numbers.forEach((key, value) -> wide.put(key, wide(value)));
        numbers = Collections.unmodifiableMap(wide);
        losses = List.copyOf(losses);
    }

    /// As it comes back from a file.
    private static Number wide(Number value) {
        return switch (value) {
            case Integer i -> i.longValue();
            case Float f -> Double.valueOf(f.toString()); // the digits that tell the float
            default -> value;
        };
    }

    /// `done` or `failed`.
    public String status() {
        return failure == null ? "done" : "failed";
    }
}
