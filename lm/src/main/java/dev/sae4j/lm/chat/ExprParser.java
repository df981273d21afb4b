package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads expressions with Jinja's precedence: filters and tests bind tightest, then `**`, `* / // %`,
/// `~`, `+ -`, comparisons, `not`, `and`, `or`, `if else`.
final class ExprParser {
    private static final int MAX_DEPTH = 200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
    private static final Set<String> NO_ARGUMENT =
            Set.of("else", "or", "and", "is", "if", "not", "in");

    private final TokenReader in;
    private int depth;

    ExprParser(TokenReader in) {
        this.in = in;
    }

    /// An expression, or several with commas between them as a list.
    Expr readTuple() {
        Expr first = read();
        if (!in.isOperator(",")) {
            return first;
        }
        List<Expr> items = new ArrayList<>(List.of(first));
        while (in.takeOperator(",")) {
            items.add(read());
        }
        return new Expr.Items(items);
    }

    Expr read() {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.at(in.peek().line(), "expressions are nested too deep");
        }
        Expr value = readOr();
        while (in.takeName("if")) {
            Expr condition = readOr();
            value = new Expr.Choice(condition, value, in.takeName("else") ? read() : null);
        }
        depth--;
        return value;
    }

    /// As [#read] without `if`, for what a loop runs over.
    Expr readOr() {
        Expr left = readAnd();
        while (in.isName("or")) {
            int line = in.next().line();
            left = new Expr.Binary("or", left, readAnd(), line);
        }
        return left;
    }

    private Expr readAnd() {
        Expr left = readNot();
        while (in.isName("and")) {
            int line = in.next().line();
            left = new Expr.Binary("and", left, readNot(), line);
        }
        return left;
    }

    private Expr readNot() {
        if (in.isName("not") && !in.isNameBehind("in")) {
            int line = in.next().line();
            return new Expr.Unary("not", readNot(), line);
        }
        return readCompare();
    }

    private Expr readCompare() {
        int line = in.peek().line();
        Expr first = readSum();
        List<String> operators = new ArrayList<>();
        List<Expr> others = new ArrayList<>();
        while (true) {
            Token token = in.peek();
            if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(in.next().text());
            } else if (in.takeName("in")) {
                operators.add("in");
            } else if (in.isName("not") && in.isNameBehind("in")) {
                in.next();
                in.next();
                operators.add("not in");
            } else {
                return operators.isEmpty()
                        ? first
                        : new Expr.Compare(first, operators, others, line);
            }
            others.add(readSum());
        }
    }

    private Expr readSum() {
        Expr left = readConcat();
        while (in.isOperator("+") || in.isOperator("-")) {
            Token operator = in.next();
            left = new Expr.Binary(operator.text(), left, readConcat(), operator.line());
        }
        return left;
    }

    private Expr readConcat() {
        Expr left = readProduct();
        while (in.isOperator("~")) {
            int line = in.next().line();
            left = new Expr.Binary("~", left, readProduct(), line);
        }
        return left;
    }

    private Expr readProduct() {
        Expr left = readPower();
        while (in.isOperator("*")
                || in.isOperator("/")
                || in.isOperator("//")
                || in.isOperator("%")) {
            Token operator = in.next();
            left = new Expr.Binary(operator.text(), left, readPower(), operator.line());
        }
        return left;
    }

    private Expr readPower() {
        Expr left = readUnary(true);
        while (in.isOperator("**")) {
            int line = in.next().line();
            left = new Expr.Binary("**", left, readUnary(true), line);
        }
        return left;
    }

    private Expr readUnary(boolean filters) {
        if (in.isOperator("-") || in.isOperator("+")) {
            Token operator = in.next();
            if (++depth > MAX_DEPTH) {
                throw TemplateException.at(operator.line(), "expressions are nested too deep");
            }
            Expr of = new Expr.Unary(operator.text(), readUnary(false), operator.line());
            depth--;
            return filters ? readFilters(of) : of;
        }
        Expr value = readPostfix(readPrimary());
        return filters ? readFilters(value) : value;
    }

    private Expr readPrimary() {
        Token token = in.next();
        return switch (token.kind()) {
            case NAME ->
                    switch (token.text()) {
                        case "true", "True" -> new Expr.Literal(true);
                        case "false", "False" -> new Expr.Literal(false);
                        case "none", "None" -> new Expr.Literal(Absent.NONE);
                        default -> new Expr.Name(token.text(), token.line());
                    };
            case STRING -> {
                var text = new StringBuilder(token.text());
                while (in.peek().kind() == Token.Kind.STRING) {
                    text.append(in.next().text());
                }
                yield new Expr.Literal(text.toString());
            }
            case INTEGER -> new Expr.Literal(integer(token));
            case FLOAT -> new Expr.Literal(Double.parseDouble(token.text()));
            default -> readBracket(token);
        };
    }

    private static long integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw TemplateException.at(token.line(), token.text() + " is too large");
        }
    }

    private Expr readBracket(Token token) {
        if (token.is(Token.Kind.OPERATOR, "(")) {
            if (in.takeOperator(")")) {
                return new Expr.Items(List.of());
            }
            Expr first = read();
            if (in.takeOperator(")")) {
                return first;
            }
            in.expectOperator(",");
            List<Expr> items = readList(")");
            items.addFirst(first);
            return new Expr.Items(items);
        }
        if (token.is(Token.Kind.OPERATOR, "[")) {
            return new Expr.Items(readList("]"));
        }
        if (token.is(Token.Kind.OPERATOR, "{")) {
            List<Expr> keys = new ArrayList<>();
            List<Expr> values = new ArrayList<>();
            while (!in.takeOperator("}")) {
                keys.add(read());
                in.expectOperator(":");
                values.add(read());
                if (!in.isOperator("}")) {
                    in.expectOperator(",");
                }
            }
            return new Expr.Pairs(keys, values);
        }
        throw TokenReader.unexpected(token, "a value");
    }

    private List<Expr> readList(String end) {
        List<Expr> items = new ArrayList<>();
        while (!in.takeOperator(end)) {
            items.add(read());
            if (!in.isOperator(end)) {
                in.expectOperator(",");
            }
        }
        return items;
    }

    private Expr readPostfix(Expr start) {
        Expr value = start;
        while (true) {
            int line = in.peek().line();
            if (in.takeOperator(".")) {
                Token name = in.next();
                value =
                        name.kind() == Token.Kind.INTEGER
                                ? new Expr.Item(value, new Expr.Literal(integer(name)), line)
                                : new Expr.Attribute(value, name.text(), line);
            } else if (in.takeOperator("[")) {
                value = readSubscript(value, line);
            } else if (in.isOperator("(")) {
                value = new Expr.Call(value, readArguments(), line);
            } else {
                return value;
            }
        }
    }

    private Expr readSubscript(Expr of, int line) {
        Expr from = in.isOperator(":") ? null : read();
        if (from != null && in.takeOperator("]")) {
            return new Expr.Item(of, from, line);
        }
        in.expectOperator(":");
        Expr to = readBound();
        Expr step = in.takeOperator(":") ? readBound() : null;
        in.expectOperator("]");
        return new Expr.Slice(of, from, to, step, line);
    }

    private @Nullable Expr readBound() {
        return in.isOperator(":") || in.isOperator("]") ? null : read();
    }

    Expr.Arguments readArguments() {
        in.expectOperator("(");
        List<Expr> list = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        while (!in.takeOperator(")")) {
            Expr value = read();
            if (value instanceof Expr.Name(String name, int line) && in.takeOperator("=")) {
                named.put(name, read());
            } else {
                list.add(value);
            }
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
        return new Expr.Arguments(list, named);
    }

    private Expr readFilters(Expr start) {
        Expr value = start;
        while (true) {
            int line = in.peek().line();
            if (in.takeOperator("|")) {
                String name = in.expect(Token.Kind.NAME, "a filter's name").text();
                value = new Expr.Filter(value, name, optionalArguments(), line);
            } else if (in.takeName("is")) {
                boolean not = in.takeName("not");
                String name = in.expect(Token.Kind.NAME, "a test's name").text();
                Expr test = new Expr.Test(value, name, testArguments(), line);
                value = not ? new Expr.Unary("not", test, line) : test;
            } else if (in.isOperator("(")) {
                value = new Expr.Call(value, readArguments(), line);
            } else {
                return value;
            }
        }
    }

    private Expr.Arguments optionalArguments() {
        return in.isOperator("(") ? readArguments() : Expr.Arguments.NONE;
    }

    private Expr.Arguments testArguments() {
        Token token = in.peek();
        boolean begins =
                switch (token.kind()) {
                    case NAME -> !NO_ARGUMENT.contains(token.text());
                    case STRING, INTEGER, FLOAT -> true;
                    default ->
                            token.is(Token.Kind.OPERATOR, "[")
                                    || token.is(Token.Kind.OPERATOR, "{");
                };
        return begins
                ? new Expr.Arguments(List.of(readPostfix(readPrimary())), Map.of())
                : optionalArguments();
    }
}
