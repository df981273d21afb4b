package dev.sae4j.lm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a template's tags.
final class Parser {
    private static final int MAX_DEPTH = 100;

    private final TokenReader in;
    private final ExprParser expressions;
    private int depth;
    private int loops;

    private Parser(List<Token> tokens) {
        in = new TokenReader(tokens);
        expressions = new ExprParser(in);
    }

    static List<Node> parse(String template) {
        var parser = new Parser(Lexer.read(template));
        List<Node> nodes = parser.body(Set.of());
        Token rest = parser.in.peek();
        if (rest.kind() != Token.Kind.END) {
            throw TokenReader.unexpected(rest, "the end of the template");
        }
        return nodes;
    }

    /// Nodes up to a tag with one of these names, which is read up to its name.
    private List<Node> body(Set<String> ends) {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.at(in.peek().line(), "tags are nested too deep");
        }
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = in.peek();
            switch (token.kind()) {
                case DATA -> nodes.add(new Node.Text(in.next().text()));
                case PRINT_BEGIN -> {
                    in.next();
                    nodes.add(new Node.Print(expressions.readTuple()));
                    in.expect(Token.Kind.PRINT_END, "}}");
                }
                case BLOCK_BEGIN -> {
                    in.next();
                    if (ends.contains(in.peek().text())) {
                        depth--;
                        return nodes;
                    }
                    nodes.add(tag(in.expect(Token.Kind.NAME, "a tag's name")));
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw TokenReader.unexpected(
                                token, "{% " + String.join(" or ", ends) + " %}");
                    }
                    depth--;
                    return nodes;
                }
            }
        }
    }

    private List<Node> bodyUpTo(String end) {
        List<Node> body = body(Set.of(end));
        in.next();
        endTag();
        return body;
    }

    private void endTag() {
        in.expect(Token.Kind.BLOCK_END, "%}");
    }

    private Node tag(Token name) {
        return switch (name.text()) {
            case "if" -> readIf();
            case "for" -> readFor(name.line());
            case "set" -> readSet(name.line());
            case "macro" -> readMacro();
            case "generation" -> {
                endTag();
                yield new Node.Group(bodyUpTo("endgeneration"));
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw TemplateException.at(name.line(), name.text() + " outside of a loop");
                }
                endTag();
                yield new Node.Jump(name.text().equals("break"));
            }
            default ->
                    throw TemplateException.at(
                            name.line(),
                            "tag '%s' is not supported: chat templates use if, for, set, macro, raw, generation, break and continue"
                                    .formatted(name.text()));
        };
    }

    private Node readIf() {
        List<Node.Branch> branches = new ArrayList<>();
        Expr condition = expressions.readTuple();
        endTag();
        while (true) {
            List<Node> body = body(Set.of("elif", "else", "endif"));
            branches.add(new Node.Branch(condition, body));
            String next = in.next().text();
            if (next.equals("elif")) {
                condition = expressions.readTuple();
                endTag();
                continue;
            }
            endTag();
            if (next.equals("else")) {
                branches.add(new Node.Branch(null, bodyUpTo("endif")));
            }
            return new Node.If(branches);
        }
    }

    private Node readFor(int line) {
        List<String> names = new ArrayList<>();
        boolean brackets = in.takeOperator("(");
        do {
            names.add(in.expect(Token.Kind.NAME, "a variable").text());
        } while (in.takeOperator(","));
        if (brackets) {
            in.expectOperator(")");
        }
        if (!in.takeName("in")) {
            throw TokenReader.unexpected(in.peek(), "'in'");
        }
        Expr items = expressions.readOr();
        @Nullable Expr condition = in.takeName("if") ? expressions.read() : null;
        endTag();
        loops++;
        List<Node> body = body(Set.of("else", "endfor"));
        loops--;
        List<Node> otherwise = List.of();
        boolean more = in.next().text().equals("else");
        endTag();
        if (more) {
            otherwise = bodyUpTo("endfor");
        }
        return new Node.For(names, items, condition, body, otherwise, line);
    }

    private Node readSet(int line) {
        List<String> names = new ArrayList<>();
        String field = null;
        do {
            names.add(in.expect(Token.Kind.NAME, "a variable").text());
        } while (in.takeOperator(","));
        if (in.takeOperator(".")) {
            field = in.expect(Token.Kind.NAME, "a field").text();
        }
        if (in.peek().kind() == Token.Kind.BLOCK_END && names.size() == 1 && field == null) {
            endTag();
            return new Node.SetText(names.getFirst(), bodyUpTo("endset"));
        }
        in.expectOperator("=");
        Expr value = expressions.readTuple();
        endTag();
        return new Node.Set(names, field, value, line);
    }

    private Node readMacro() {
        String name = in.expect(Token.Kind.NAME, "a macro's name").text();
        List<Node.Parameter> parameters = new ArrayList<>();
        in.expectOperator("(");
        while (!in.takeOperator(")")) {
            String parameter = in.expect(Token.Kind.NAME, "a parameter").text();
            Expr usual = in.takeOperator("=") ? expressions.read() : null;
            parameters.add(new Node.Parameter(parameter, usual));
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
        endTag();
        int outer = loops;
        loops = 0;
        List<Node> body = bodyUpTo("endmacro");
        loops = outer;
        return new Node.Macro(name, parameters, body);
    }
}
