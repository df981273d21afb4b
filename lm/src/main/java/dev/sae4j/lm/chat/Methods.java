package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The methods of Python's strings, lists and dictionaries that templates call; none changes a value.
final class Methods {
    private Methods() {}

    /// A method of a value, or null if it has none of this name.
    static @Nullable Callable find(Object of, String name) {
        return switch (of) {
            case String text -> string(text, name);
            case Map<?, ?> map -> map(map, name);
            case List<?> list -> list(list, name);
            default -> null;
        };
    }

    private static @Nullable Callable string(String s, String name) {
        return switch (name) {
            case "strip" -> (a, n) -> strip(s, a, true, true);
            case "lstrip" -> (a, n) -> strip(s, a, true, false);
            case "rstrip" -> (a, n) -> strip(s, a, false, true);
            case "upper" -> (a, n) -> s.toUpperCase(Locale.ROOT);
            case "lower" -> (a, n) -> s.toLowerCase(Locale.ROOT);
            case "capitalize" -> (a, n) -> capitalize(s);
            case "title" -> (a, n) -> title(s);
            case "startswith" -> (a, n) -> any(a, p -> s.startsWith(p));
            case "endswith" -> (a, n) -> any(a, p -> s.endsWith(p));
            case "replace" ->
                    (a, n) ->
                            replace(
                                    s,
                                    text(a, 0),
                                    text(a, 1),
                                    a.size() > 2 ? Values.whole(a.get(2)) : -1);
            case "split" -> (a, n) -> split(s, a, n, false);
            case "rsplit" -> (a, n) -> split(s, a, n, true);
            case "splitlines" -> (a, n) -> new ArrayList<Object>(s.lines().toList());
            case "find" -> (a, n) -> (long) s.indexOf(text(a, 0));
            case "rfind" -> (a, n) -> (long) s.lastIndexOf(text(a, 0));
            case "count" -> (a, n) -> count(s, text(a, 0));
            case "join" -> (a, n) -> join(s, Values.items(argument(a, 0)));
            case "removeprefix" ->
                    (a, n) -> s.startsWith(text(a, 0)) ? s.substring(text(a, 0).length()) : s;
            case "removesuffix" ->
                    (a, n) ->
                            s.endsWith(text(a, 0))
                                    ? s.substring(0, s.length() - text(a, 0).length())
                                    : s;
            case "isdigit" -> (a, n) -> !s.isEmpty() && s.codePoints().allMatch(Character::isDigit);
            case "isspace" -> (a, n) -> !s.isEmpty() && s.isBlank();
            case "isalpha" ->
                    (a, n) -> !s.isEmpty() && s.codePoints().allMatch(Character::isLetter);
            default -> null;
        };
    }

    private static @Nullable Callable map(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (a, n) -> pairs(map);
            case "keys" -> (a, n) -> new ArrayList<Object>(map.keySet());
            case "values" -> (a, n) -> new ArrayList<Object>(map.values());
            case "get" ->
                    (a, n) -> {
                        Object value = map.get(argument(a, 0));
                        return value != null ? value : a.size() > 1 ? a.get(1) : Absent.NONE;
                    };
            default -> null;
        };
    }

    private static @Nullable Callable list(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                    (a, n) -> {
                        for (int i = 0; i < list.size(); i++) {
                            if (Values.same(list.get(i), argument(a, 0))) {
                                return (long) i;
                            }
                        }
                        throw new IllegalArgumentException("the list does not hold the value");
                    };
            case "count" ->
                    (a, n) -> list.stream().filter(v -> Values.same(v, argument(a, 0))).count();
            default -> null;
        };
    }

    static List<Object> pairs(Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>();
        map.forEach((k, v) -> pairs.add(new ArrayList<Object>(List.of(k, v))));
        return pairs;
    }

    static Object argument(List<Object> arguments, int i) {
        if (i >= arguments.size()) {
            throw new IllegalArgumentException("argument %d is missing".formatted(i + 1));
        }
        return arguments.get(i);
    }

    static String text(List<Object> arguments, int i) {
        if (argument(arguments, i) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(
                "argument %d is %s: expected a string"
                        .formatted(i + 1, Values.kind(arguments.get(i))));
    }

    private interface Check {
        boolean holds(String part);
    }

    private static boolean any(List<Object> arguments, Check check) {
        if (argument(arguments, 0) instanceof List<?> several) {
            return several.stream().anyMatch(p -> p instanceof String s && check.holds(s));
        }
        return check.holds(text(arguments, 0));
    }

    static String strip(String s, List<Object> arguments, boolean left, boolean right) {
        String letters =
                arguments.isEmpty() || arguments.getFirst() == Absent.NONE
                        ? null
                        : text(arguments, 0);
        int from = 0;
        int to = s.length();
        while (left && from < to && goes(s.charAt(from), letters)) {
            from++;
        }
        while (right && to > from && goes(s.charAt(to - 1), letters)) {
            to--;
        }
        return s.substring(from, to);
    }

    private static boolean goes(char c, @Nullable String letters) {
        return letters == null
                ? Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085'
                : letters.indexOf(c) >= 0;
    }

    static String capitalize(String s) {
        return s.isEmpty()
                ? s
                : s.substring(0, 1).toUpperCase(Locale.ROOT)
                        + s.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String s) {
        var text = new StringBuilder();
        boolean begins = true;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            text.append(begins ? Character.toUpperCase(c) : Character.toLowerCase(c));
            begins = !Character.isLetter(c);
        }
        return text.toString();
    }

    static String replace(String s, String old, String by, long most) {
        if (most < 0) {
            return s.replace(old, by);
        }
        var text = new StringBuilder();
        int at = 0;
        for (long i = 0; i < most; i++) {
            int found = s.indexOf(old, at);
            if (found < 0 || old.isEmpty()) {
                break;
            }
            text.append(s, at, found).append(by);
            at = found + old.length();
        }
        return text.append(s.substring(at)).toString();
    }

    private static long count(String s, String part) {
        return part.isEmpty()
                ? s.length() + 1
                : (s.length() - s.replace(part, "").length()) / part.length();
    }

    static String join(String between, List<Object> items) {
        return String.join(between, items.stream().map(PythonText::str).toList());
    }

    private static List<Object> split(
            String s, List<Object> arguments, Map<String, Object> named, boolean fromRight) {
        Object limit =
                arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("maxsplit", -1L);
        long most = Values.whole(limit);
        if (arguments.isEmpty() || arguments.getFirst() == Absent.NONE) {
            if (most >= 0) {
                throw new IllegalArgumentException("split with maxsplit needs a separator");
            }
            String trimmed = s.strip();
            return trimmed.isEmpty()
                    ? new ArrayList<>()
                    : new ArrayList<>(Arrays.asList(trimmed.split("\\s+")));
        }
        String separator = text(arguments, 0);
        if (separator.isEmpty()) {
            throw new IllegalArgumentException("the separator is empty");
        }
        List<Object> parts = new ArrayList<>();
        String rest = s;
        while (most < 0 || parts.size() < most) {
            int found = fromRight ? rest.lastIndexOf(separator) : rest.indexOf(separator);
            if (found < 0) {
                break;
            }
            String before = rest.substring(0, found);
            String behind = rest.substring(found + separator.length());
            if (fromRight) {
                parts.addFirst(behind);
                rest = before;
            } else {
                parts.add(before);
                rest = behind;
            }
        }
        if (fromRight) {
            parts.addFirst(rest);
        } else {
            parts.add(rest);
        }
        return parts;
    }
}
