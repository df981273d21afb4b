package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How templates see values: strings, `Long`, `Double`, `Boolean`, lists, maps, [Absent], [Fields] and
/// [Callable], with Python's rules.
final class Values {
    private Values() {}

    /// Data from outside: null becomes `None`, numbers become `Long` or `Double`.
    static Object of(@Nullable Object value) {
        return switch (value) {
            case null -> Absent.NONE;
            case Long n -> n;
            case Integer n -> (long) n;
            case Short n -> (long) n;
            case Number n -> n.doubleValue();
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put(of(k), of(v)));
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(v -> copy.add(of(v)));
                yield copy;
            }
            default -> value;
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Absent a -> false;
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double n -> n != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    static boolean same(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return number(a) == number(b);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            boolean same = x.size() == y.size();
            for (int i = 0; same && i < x.size(); i++) {
                same = same(x.get(i), y.get(i));
            }
            return same;
        }
        return Objects.equals(a, b);
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double number(Object value) {
        return switch (value) {
            case Long n -> n;
            case Double n -> n;
            case Boolean b -> b ? 1 : 0;
            default -> throw new IllegalArgumentException(kind(value) + " is not a number");
        };
    }

    static long whole(Object value) {
        return switch (value) {
            case Long n -> n;
            case Boolean b -> b ? 1 : 0;
            default -> throw new IllegalArgumentException(kind(value) + " is not a whole number");
        };
    }

    static int compare(Object a, Object b) {
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        if (isNumber(a) && isNumber(b)) {
            return Double.compare(number(a), number(b));
        }
        throw new IllegalArgumentException("%s and %s have no order".formatted(kind(a), kind(b)));
    }

    static boolean contains(Object in, Object value) {
        return switch (in) {
            case String text when value instanceof String part -> text.contains(part);
            case List<?> list -> list.stream().anyMatch(v -> same(v, value));
            case Map<?, ?> map -> map.containsKey(value);
            case Absent a when a == Absent.UNDEFINED -> false;
            default ->
                    throw new IllegalArgumentException(
                            "%s cannot be looked for in %s".formatted(kind(value), kind(in)));
        };
    }

    /// What a loop over the value sees: elements, keys or letters.
    static List<Object> items(Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text ->
                    new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
            case Absent a when a == Absent.UNDEFINED -> new ArrayList<>();
            default ->
                    throw new IllegalArgumentException(
                            kind(value) + " has no elements to go through");
        };
    }

    static long length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Map<?, ?> map -> map.size();
            case Absent a when a == Absent.UNDEFINED -> 0;
            default -> items(value).size();
        };
    }

    /// `of[key]`
    static Object item(Object of, Object key) {
        return switch (of) {
            case Map<?, ?> map -> {
                Object value = map.get(key);
                yield value == null ? Absent.UNDEFINED : value;
            }
            case List<?> list when key instanceof Long i -> at(list, i);
            case String text when key instanceof Long i -> at(items(text), i);
            case Fields fields -> fields.values().getOrDefault(key, Absent.UNDEFINED);
            case Absent a ->
                    throw new IllegalArgumentException(
                            "%s has no field %s".formatted(kind(a), PythonText.repr(key)));
            default -> Absent.UNDEFINED;
        };
    }

    private static Object at(List<?> list, long index) {
        long i = index < 0 ? index + list.size() : index;
        return i < 0 || i >= list.size() ? Absent.UNDEFINED : list.get((int) i);
    }

    /// `of[from:to:step]`, bounds as in Python.
    static Object slice(Object of, Object from, Object to, Object step) {
        long by = step == Absent.NONE ? 1 : whole(step);
        if (by == 0) {
            throw new IllegalArgumentException("a slice cannot go in steps of 0");
        }
        List<Object> all = items(of);
        long n = all.size();
        long begin = bound(from, by > 0 ? 0 : n - 1, n, by);
        long end = bound(to, by > 0 ? n : -1, n, by);
        List<Object> part = new ArrayList<>();
        for (long i = begin; by > 0 ? i < end : i > end; i += by) {
            part.add(all.get((int) i));
        }
        if (of instanceof String) {
            var text = new StringBuilder();
            part.forEach(text::append);
            return text.toString();
        }
        return part;
    }

    private static long bound(Object bound, long usual, long n, long by) {
        if (bound == Absent.NONE) {
            return usual;
        }
        long i = whole(bound);
        i = i < 0 ? i + n : i;
        return by > 0 ? Math.clamp(i, 0, n) : Math.clamp(i, -1, n - 1);
    }

    /// What messages call a value.
    static String kind(Object value) {
        return switch (value) {
            case Absent a -> a == Absent.NONE ? "None" : "an undefined value";
            case String s -> "a string";
            case Boolean b -> "a truth value";
            case Long n -> "a whole number";
            case Double n -> "a number";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a mapping";
            default -> "a " + value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        };
    }
}
