package dev.sae4j.train.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a place in a recipe file may hold, read off the records: the keys of a record, or the kinds
/// that a `type` chooses between.
final class Part {
    /// The key that chooses between kinds.
    static final String TYPE = "type";

    private Part() {}

    /// One key of a place.
    ///
    /// @param name as written in files
    /// @param type of its value
    /// @param element of a list; null for others
    /// @param optional true if it may be null
    record Key(String name, Class<?> type, @Nullable Class<?> element, boolean optional) {
        boolean isPart() {
            return (type.isRecord() && type != Span.class) || !kinds(type).isEmpty();
        }
    }

    /// The keys of a record, in its order.
    static Map<String, Key> keys(Class<?> part) {
        Map<String, Key> keys = new LinkedHashMap<>();
        for (RecordComponent c : part.getRecordComponents()) {
            String name = written(c.getName());
            Class<?> element =
                    c.getGenericType() instanceof ParameterizedType list
                            ? (Class<?>) list.getActualTypeArguments()[0]
                            : null;
            boolean optional = c.getAnnotatedType().isAnnotationPresent(Nullable.class);
            keys.put(name, new Key(name, c.getType(), element, optional));
        }
        return keys;
    }

    /// The records that `type` chooses between, by its values; empty if there is nothing to choose.
    static Map<String, Class<?>> kinds(Class<?> part) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        JsonSubTypes types = part.getAnnotation(JsonSubTypes.class);
        if (types != null) {
            for (JsonSubTypes.Type type : types.value()) {
                kinds.put(type.name(), type.value());
            }
        }
        return kinds;
    }

    /// The record that `type` names.
    static Class<?> kind(Class<?> part, String type) {
        return Objects.requireNonNull(kinds(part).get(type), type);
    }

    /// `snake_case` of a component's or a constant's name.
    static String written(String name) {
        return name.equals(name.toUpperCase(Locale.ROOT))
                ? name.toLowerCase(Locale.ROOT)
                : name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
