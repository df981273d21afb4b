package dev.sae4j.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds the metadata of an SAE out of what is known.
final class Metadata {
    private Metadata() {}

    /// @param pairs key, value, key, value ...; pairs without value are left out
    static Map<String, Object> of(@Nullable Object... pairs) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            Object value = pairs[i + 1];
            if (value != null && !(value instanceof Map<?, ?> map && map.isEmpty())) {
                metadata.put(String.valueOf(pairs[i]), value);
            }
        }
        return metadata;
    }
}
