package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Works out expressions. Templates come from outside, so the number of steps and the length of texts
/// are bounded.
final class Evaluator {
    private static final long MAX_STEPS = 5_000_000;
    private static final int MAX_TEXT = 64 << 20;

    private long steps;

    Object value(Expr expr, Scope scope) {
        step(1);
        return switch (expr) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.Items items -> list(items.items(), scope);
            case Expr.Pairs pairs -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < pairs.keys().size(); i++) {
                    map.put(value(pairs.keys().get(i), scope), value(pairs.values().get(i), scope));
                }
                yield map;
            }
            case Expr.Choice choice -> {
                if (Values.isTrue(value(choice.condition(), scope))) {
                    yield value(choice.then(), scope);
                }
                yield choice.otherwise() == null
                        ? Absent.UNDEFINED
                        : value(choice.otherwise(), scope);
            }
            case Expr.Attribute e -> attribute(e, value(e.of(), scope));
            case Expr.Item e ->
                    in(e.line(), () -> item(value(e.of(), scope), value(e.key(), scope)));
            case Expr.Slice e ->
                    in(
                            e.line(),
                            () ->
                                    Values.slice(
                                            value(e.of(), scope),
                                            e.from() == null ? Absent.NONE : value(e.from(), scope),
                                            e.to() == null ? Absent.NONE : value(e.to(), scope),
                                            e.step() == null
                                                    ? Absent.NONE
                                                    : value(e.step(), scope)));
            case Expr.Call e -> call(e, scope);
            case Expr.Filter e ->
                    in(
                            e.line(),
                            () ->
                                    Filters.apply(
                                            e.name(),
                                            value(e.of(), scope),
                                            list(e.arguments().list(), scope),
                                            named(e.arguments(), scope)));
            case Expr.Test e ->
                    in(
                            e.line(),
                            () ->
                                    Tests.holds(
                                            e.name(),
                                            value(e.of(), scope),
                                            list(e.arguments().list(), scope)));
            case Expr.Unary e -> in(e.line(), () -> unary(e.operator(), value(e.of(), scope)));
            case Expr.Compare e -> in(e.line(), () -> compare(e, scope));
            case Expr.Binary e -> binary(e, scope);
        };
    }

    /// Work that an expression stands for.
    private interface Work {
        Object run();
    }

    private static Object in(int line, Work work) {
        try {
            return work.run();
        } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
            throw TemplateException.at(line, String.valueOf(e.getMessage()));
        }
    }

    /// Counts work; a text of `n` letters counts like `n / 64` expressions.
    void step(long n) {
        steps += n;
        if (steps > MAX_STEPS) {
            throw new TemplateException("the chat template does not come to an end");
        }
    }

    private List<Object> list(List<Expr> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        expressions.forEach(e -> values.add(value(e, scope)));
        return values;
    }

    private Map<String, Object> named(Expr.Arguments arguments, Scope scope) {
        Map<String, Object> values = new LinkedHashMap<>();
        arguments.named().forEach((name, e) -> values.put(name, value(e, scope)));
        return values;
    }

    private static Object attribute(Expr.Attribute e, Object of) {
        Callable method = Methods.find(of, e.name());
        return method != null ? method : in(e.line(), () -> Values.item(of, e.name()));
    }

    private static Object item(Object of, Object key) {
        Object value = Values.item(of, key);
        if (value == Absent.UNDEFINED && key instanceof String name) {
            Callable method = Methods.find(of, name);
            return method == null ? value : method;
        }
        return value;
    }

    private Object call(Expr.Call e, Scope scope) {
        if (!(value(e.of(), scope) instanceof Callable function)) {
            String name =
                    switch (e.of()) {
                        case Expr.Name n -> n.name();
                        case Expr.Attribute a -> a.name();
                        default -> "the value";
                    };
            throw TemplateException.at(e.line(), "'%s' is not a function".formatted(name));
        }
        List<Object> list = list(e.arguments().list(), scope);
        Map<String, Object> named = named(e.arguments(), scope);
        return in(e.line(), () -> function.call(list, named));
    }

    private static Object unary(String operator, Object value) {
        return switch (operator) {
            case "not" -> !Values.isTrue(value);
            case "-" ->
                    value instanceof Double n ? -n : (Object) Math.negateExact(Values.whole(value));
            default -> value;
        };
    }

    private Object compare(Expr.Compare e, Scope scope) {
        Object left = value(e.first(), scope);
        for (int i = 0; i < e.operators().size(); i++) {
            Object right = value(e.others().get(i), scope);
            boolean holds =
                    switch (e.operators().get(i)) {
                        case "==" -> Values.same(left, right);
                        case "!=" -> !Values.same(left, right);
                        case "<" -> Values.compare(left, right) < 0;
                        case "<=" -> Values.compare(left, right) <= 0;
                        case ">" -> Values.compare(left, right) > 0;
                        case ">=" -> Values.compare(left, right) >= 0;
                        case "in" -> Values.contains(right, left);
                        default -> !Values.contains(right, left);
                    };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object binary(Expr.Binary e, Scope scope) {
        Object left = value(e.left(), scope);
        if (e.operator().equals("and") || e.operator().equals("or")) {
            return Values.isTrue(left) == e.operator().equals("or")
                    ? left
                    : value(e.right(), scope);
        }
        Object right = value(e.right(), scope);
        return in(
                e.line(),
                () ->
                        switch (e.operator()) {
                            case "~" -> text(PythonText.str(left), PythonText.str(right));
                            case "+" -> sum(left, right);
                            case "*" -> product(left, right);
                            default -> arithmetic(e.operator(), left, right);
                        });
    }

    private String text(String a, String b) {
        if (a.length() + (long) b.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a text is longer than 64 MiB");
        }
        step((a.length() + b.length()) / 64);
        return a + b;
    }

    private Object sum(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            return text(a, b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            step(a.size() + b.size());
            List<Object> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
        return arithmetic("+", left, right);
    }

    private Object product(Object left, Object right) {
        if (left instanceof String s && right instanceof Long n) {
            long times = Math.max(0, n);
            if (times * Math.max(1, s.length()) > MAX_TEXT || times > MAX_TEXT) {
                throw new IllegalArgumentException("a text is longer than 64 MiB");
            }
            step(times * s.length() / 64);
            return s.repeat((int) times);
        }
        return arithmetic("*", left, right);
    }

    private static Object arithmetic(String operator, Object left, Object right) {
        if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw new IllegalArgumentException(
                    "'%s' does not go with %s and %s"
                            .formatted(operator, Values.kind(left), Values.kind(right)));
        }
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            double a = Values.number(left);
            double b = Values.number(right);
            if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
                throw new IllegalArgumentException("division by zero");
            }
            return switch (operator) {
                case "+" -> a + b;
                case "-" -> a - b;
                case "*" -> a * b;
                case "/" -> a / b;
                case "//" -> Math.floor(a / b);
                case "%" -> a - b * Math.floor(a / b);
                default -> Math.pow(a, b);
            };
        }
        long a = Values.whole(left);
        long b = Values.whole(right);
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> power(a, b);
        };
    }

    private static Object power(long a, long b) {
        double power = Math.pow((double) a, (double) b);
        return b >= 0 && Math.abs(power) < 1L << 53 ? (Object) (long) power : power;
    }
}
