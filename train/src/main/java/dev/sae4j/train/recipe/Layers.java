package dev.sae4j.train.recipe;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Lays what one recipe says over what another says. Nothing is checked here: a key that nobody
/// knows is carried over and refused later, with its place.
final class Layers {
    /// Keys that say the same thing in two ways: one laid over removes the other.
    private static final List<List<String>> INSTEAD =
            List.of(
                    List.of("features", "expansion"),
                    List.of("tokens", "epochs"),
                    List.of("widths", "fractions"));

    private Layers() {}

    /// `base` with `over` laid over it; neither changes.
    ///
    /// A part that gets another `type` keeps the keys that both types have.
    ///
    /// @param part the record or sealed interface that the two describe
    static ObjectNode lay(ObjectNode base, ObjectNode over, Class<?> part) {
        Map<String, Class<?>> kinds = Part.kinds(part);
        Class<?> before = kinds.isEmpty() ? part : kinds.get(type(base));
        Class<?> after = over.has(Part.TYPE) && !kinds.isEmpty() ? kinds.get(type(over)) : before;
        ObjectNode laid =
                before == null || after == null || before == after
                        ? base.deepCopy()
                        : shared(base, Part.keys(before), Part.keys(after));
        for (List<String> pair : INSTEAD) {
            remove(laid, over, pair.getFirst(), pair.getLast());
            remove(laid, over, pair.getLast(), pair.getFirst());
        }
        Map<String, Part.Key> keys = after == null ? Map.of() : Part.keys(after);
        over.properties()
                .forEach(e ->
                        laid.set(
                                e.getKey(),
                                value(laid.get(e.getKey()), e.getValue(), keys.get(e.getKey()))));
        return laid;
    }

    /// True if another key of `tree` says what `key` could.
    static boolean isSaidOtherwise(JsonNode tree, String key) {
        return INSTEAD.stream()
                .filter(pair -> pair.contains(key))
                .anyMatch(
                        pair -> pair.stream().anyMatch(k -> !k.equals(key) && tree.hasNonNull(k)));
    }

    private static JsonNode value(@Nullable JsonNode base, JsonNode over, Part.@Nullable Key key) {
        if (key == null || !key.isPart()) {
            return over;
        }
        JsonNode full = over;
        if (over.isString() && !Part.kinds(key.type()).isEmpty()) { // 'adam' for '{type: adam}'
            full = JsonNodeFactory.instance.objectNode().set(Part.TYPE, over);
        }
        return base instanceof ObjectNode b && full instanceof ObjectNode o
                ? lay(b, o, key.type())
                : full;
    }

    private static ObjectNode shared(
            ObjectNode base, Map<String, Part.Key> before, Map<String, Part.Key> after) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        base.properties()
                .forEach(e -> {
                    Part.Key old = before.get(e.getKey());
                    Part.Key now = after.get(e.getKey());
                    if (old != null && now != null && kind(old) == kind(now)) {
                        kept.set(e.getKey(), e.getValue().deepCopy());
                    }
                });
        return kept;
    }

    /// All numbers are of one kind: TopK's `k` is whole, BatchTopK's is not.
    private static Class<?> kind(Part.Key key) {
        boolean number =
                Number.class.isAssignableFrom(key.type())
                        || (key.type().isPrimitive() && key.type() != boolean.class);
        return number ? Number.class : key.type();
    }

    private static void remove(ObjectNode laid, ObjectNode over, String said, String instead) {
        if (over.hasNonNull(said) && !over.has(instead)) {
            laid.remove(instead);
        }
    }

    private static String type(ObjectNode node) {
        JsonNode type = node.get(Part.TYPE);
        return type == null ? "" : type.asString("");
    }
}
