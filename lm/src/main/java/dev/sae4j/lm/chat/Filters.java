package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/// The filters that templates use, `value | name(..)`.
final class Filters {
    private Filters() {}

    /// @throws IllegalArgumentException if there is no such filter or the value does not fit it
    static Object apply(String name, Object value, List<Object> list, Map<String, Object> named) {
        return switch (name) {
            case "trim" -> Methods.strip(PythonText.str(value), list, true, true);
            case "length", "count" -> Values.length(value);
            case "string" -> PythonText.str(value);
            case "safe" -> value;
            case "upper" -> PythonText.str(value).toUpperCase(Locale.ROOT);
            case "lower" -> PythonText.str(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> Methods.capitalize(PythonText.str(value));
            case "title" -> Methods.title(PythonText.str(value));
            case "tojson" -> PythonText.json(value, indent(named));
            case "default", "d" -> usual(value, list, named);
            case "first" -> end(Values.items(value), true);
            case "last" -> end(Values.items(value), false);
            case "list" -> Values.items(value);
            case "reverse" ->
                    value instanceof String s
                            ? new StringBuilder(s).reverse().toString()
                            : Values.items(value).reversed();
            case "items" -> value instanceof Map<?, ?> map ? Methods.pairs(map) : new ArrayList<>();
            case "dictsort" ->
                    sorted(Methods.pairs((Map<?, ?>) value), pair -> ((List<?>) pair).getFirst());
            case "sort" -> sorted(Values.items(value), attribute(named));
            case "unique" -> new ArrayList<>(new java.util.LinkedHashSet<>(Values.items(value)));
            case "join" -> join(value, list, named);
            case "map" -> map(value, list, named);
            case "select" -> select(value, list, 0, v -> v, true);
            case "reject" -> select(value, list, 0, v -> v, false);
            case "selectattr" -> select(value, list, 1, at(Methods.text(list, 0)), true);
            case "rejectattr" -> select(value, list, 1, at(Methods.text(list, 0)), false);
            case "replace" ->
                    Methods.replace(
                            PythonText.str(value),
                            Methods.text(list, 0),
                            Methods.text(list, 1),
                            list.size() > 2 ? Values.whole(list.get(2)) : -1);
            case "int" -> toInt(value, list);
            case "float" ->
                    value instanceof String s
                            ? Double.parseDouble(s.strip())
                            : Values.number(value);
            case "abs" ->
                    value instanceof Long n ? (Object) Math.abs(n) : Math.abs(Values.number(value));
            case "sum" -> sum(Values.items(value));
            case "min" ->
                    Values.items(value).stream().min(Values::compare).orElse(Absent.UNDEFINED);
            case "max" ->
                    Values.items(value).stream().max(Values::compare).orElse(Absent.UNDEFINED);
            case "indent" -> indent(PythonText.str(value), list, named);
            case "format" -> format(PythonText.str(value), list);
            case "escape", "e" -> escape(PythonText.str(value));
            default ->
                    throw new IllegalArgumentException("filter '%s' is not known".formatted(name));
        };
    }

    private interface Field {
        Object of(Object value);
    }

    private static Field at(String path) {
        return value -> {
            Object at = value;
            for (String name : path.split("\\.", -1)) {
                at = Values.item(at, name);
            }
            return at;
        };
    }

    private static Field attribute(Map<String, Object> named) {
        return named.get("attribute") instanceof String path ? at(path) : value -> value;
    }

    private static int indent(Map<String, Object> named) {
        Object indent = named.getOrDefault("indent", Absent.NONE);
        return indent == Absent.NONE ? -1 : Math.clamp(Values.whole(indent), 0, 16);
    }

    private static Object usual(Object value, List<Object> list, Map<String, Object> named) {
        Object other = list.isEmpty() ? named.getOrDefault("default_value", "") : list.getFirst();
        Object whenFalse = list.size() > 1 ? list.get(1) : named.getOrDefault("boolean", false);
        boolean replaces =
                value == Absent.UNDEFINED || (Values.isTrue(whenFalse) && !Values.isTrue(value));
        return replaces ? other : value;
    }

    private static Object end(List<Object> items, boolean first) {
        return items.isEmpty() ? Absent.UNDEFINED : first ? items.getFirst() : items.getLast();
    }

    private static List<Object> sorted(List<Object> items, Field by) {
        items.sort(
                Comparator.comparing(
                        by::of,
                        (a, b) ->
                                a instanceof String x && b instanceof String y
                                        ? x.compareToIgnoreCase(y)
                                        : Values.compare(a, b)));
        return items;
    }

    private static String join(Object value, List<Object> list, Map<String, Object> named) {
        Object between = list.isEmpty() ? named.getOrDefault("d", "") : list.getFirst();
        Field field = attribute(named);
        return Methods.join(
                PythonText.str(between), Values.items(value).stream().map(field::of).toList());
    }

    private static List<Object> map(Object value, List<Object> list, Map<String, Object> named) {
        List<Object> result = new ArrayList<>();
        for (Object item : Values.items(value)) {
            result.add(
                    list.isEmpty()
                            ? attribute(named).of(item)
                            : apply(
                                    Methods.text(list, 0),
                                    item,
                                    list.subList(1, list.size()),
                                    named));
        }
        return result;
    }

    private static List<Object> select(
            Object value, List<Object> list, int test, Field field, boolean wanted) {
        Predicate<Object> holds =
                list.size() > test
                        ? v ->
                                Tests.holds(
                                        Methods.text(list, test),
                                        v,
                                        list.subList(test + 1, list.size()))
                        : Values::isTrue;
        List<Object> result = new ArrayList<>();
        for (Object item : Values.items(value)) {
            if (holds.test(field.of(item)) == wanted) {
                result.add(item);
            }
        }
        return result;
    }

    private static Object toInt(Object value, List<Object> list) {
        if (value instanceof String s) {
            try {
                return Long.parseLong(s.strip());
            } catch (NumberFormatException e) {
                return list.isEmpty() ? 0L : list.getFirst();
            }
        }
        return (long) Values.number(value);
    }

    private static Object sum(List<Object> items) {
        boolean whole = items.stream().allMatch(v -> v instanceof Long);
        double sum = items.stream().mapToDouble(Values::number).sum();
        return whole ? (Object) (long) sum : sum;
    }

    private static String indent(String text, List<Object> list, Map<String, Object> named) {
        Object width = list.isEmpty() ? named.getOrDefault("width", 4L) : list.getFirst();
        Object first = list.size() > 1 ? list.get(1) : named.getOrDefault("first", false);
        String space =
                width instanceof String s
                        ? s
                        : " ".repeat(Math.clamp(Values.whole(width), 0, 1000));
        String[] lines = text.split("\n", -1);
        for (int i = Values.isTrue(first) ? 0 : 1; i < lines.length; i++) {
            lines[i] = lines[i].isEmpty() ? "" : space + lines[i];
        }
        return String.join("\n", lines);
    }

    /// `%s` and `%d`, one after the other.
    private static String format(String text, List<Object> list) {
        var result = new StringBuilder();
        int next = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char code = c == '%' && i + 1 < text.length() ? text.charAt(++i) : ' ';
            switch (c == '%' ? code : ' ') {
                case '%' -> result.append('%');
                case 's', 'd' -> result.append(PythonText.str(Methods.argument(list, next++)));
                default -> {
                    if (c == '%') {
                        throw new IllegalArgumentException(
                                "format understands s and d behind a percent sign, nothing else");
                    }
                    result.append(c);
                }
            }
        }
        return result.toString();
    }

    private static String escape(String s) {
        return s.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
