package dev.sae4j.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Metadata on its way into a file: the fields that a format itself left there under its name, and
/// the rest.
///
/// @param metadata of the SAE
/// @param format whose own fields are meant
record Kept(Map<String, Object> metadata, String format) {
    /// The fields that the format left when the SAE was read, in their order; empty if it was of
    /// another format.
    Map<String, Object> own() {
        return object(metadata.get(format));
    }

    /// All but those, sorted, so that equal metadata gives equal bytes.
    Map<String, Object> others() {
        Map<String, Object> others = new TreeMap<>(metadata);
        others.remove(format);
        others.replaceAll((key, value) -> sorted(value));
        return others;
    }

    /// A JSON object as a map that may be changed; empty for anything else.
    static Map<String, Object> object(@Nullable Object value) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, field) -> object.put(String.valueOf(key), field));
        }
        return object;
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> all = new TreeMap<>();
                map.forEach((key, field) ->
                        all.put(String.valueOf(key), field == null ? null : sorted(field)));
                yield all;
            }
            case List<?> list -> {
                List<Object> all = new ArrayList<>();
                list.forEach(item -> all.add(item == null ? null : sorted(item)));
                yield all;
            }
            default -> value;
        };
    }
}
