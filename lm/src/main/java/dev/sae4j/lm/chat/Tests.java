package dev.sae4j.lm.chat;

import java.util.List;
import java.util.Map;

/// The tests that templates use, `value is name(..)`.
final class Tests {
    private Tests() {}

    /// @throws IllegalArgumentException if there is no such test
    static boolean holds(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "defined" -> value != Absent.UNDEFINED;
            case "undefined" -> value == Absent.UNDEFINED;
            case "none" -> value == Absent.NONE;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map<?, ?>;
            case "sequence" ->
                    value instanceof List<?>
                            || value instanceof Map<?, ?>
                            || value instanceof String;
            case "iterable" ->
                    value instanceof List<?>
                            || value instanceof Map<?, ?>
                            || value instanceof String
                            || value == Absent.UNDEFINED;
            case "callable" -> value instanceof Callable;
            case "even" -> Math.floorMod(Values.whole(value), 2) == 0;
            case "odd" -> Math.floorMod(Values.whole(value), 2) == 1;
            case "divisibleby" ->
                    Values.whole(value) % Values.whole(Methods.argument(arguments, 0)) == 0;
            case "equalto", "eq", "sameas" -> Values.same(value, Methods.argument(arguments, 0));
            case "ne" -> !Values.same(value, Methods.argument(arguments, 0));
            case "lt", "lessthan" -> Values.compare(value, Methods.argument(arguments, 0)) < 0;
            case "le" -> Values.compare(value, Methods.argument(arguments, 0)) <= 0;
            case "gt", "greaterthan" -> Values.compare(value, Methods.argument(arguments, 0)) > 0;
            case "ge" -> Values.compare(value, Methods.argument(arguments, 0)) >= 0;
            case "in" -> Values.contains(Methods.argument(arguments, 0), value);
            case "upper" ->
                    value instanceof String s && s.equals(s.toUpperCase(java.util.Locale.ROOT));
            case "lower" ->
                    value instanceof String s && s.equals(s.toLowerCase(java.util.Locale.ROOT));
            default -> throw new IllegalArgumentException("test '%s' is not known".formatted(name));
        };
    }
}
