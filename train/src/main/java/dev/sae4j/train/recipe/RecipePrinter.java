package dev.sae4j.train.recipe;

import java.math.BigDecimal;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Writes a recipe as YAML that a person can read: short parts on one line, others one key a line.
final class RecipePrinter {
    private static final int LINE = 100;

    /// What YAML takes for text without quotes, whatever stands around it.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.%/ -]*");

    private static final Pattern NO_TEXT =
            Pattern.compile("true|false|null|-?[0-9][0-9._eE+-]*|.* ");

    private RecipePrinter() {}

    /// @param tree a mapping
    static String print(JsonNode tree) {
        StringBuilder out = new StringBuilder();
        block(tree, "", out);
        return out.toString();
    }

    private static void block(JsonNode node, String indent, StringBuilder out) {
        node.properties()
                .forEach(e -> {
                    JsonNode value = e.getValue();
                    String head = indent + e.getKey() + ":";
                    String flow = flow(value);
                    boolean fits = head.length() + 1 + flow.length() <= LINE;
                    out.append(head);
                    if (fits || !value.isObject() || value.isEmpty()) {
                        out.append(' ').append(flow).append('\n');
                    } else {
                        out.append('\n');
                        block(value, indent + "  ", out);
                    }
                });
    }

    /// A value on one line.
    static String flow(JsonNode node) {
        if (node.isObject()) {
            StringJoiner parts = new StringJoiner(", ", "{", "}");
            node.properties().forEach(e -> parts.add(e.getKey() + ": " + flow(e.getValue())));
            return parts.toString();
        }
        if (node.isArray()) {
            StringJoiner parts = new StringJoiner(", ", "[", "]");
            node.forEach(item -> parts.add(flow(item)));
            return parts.toString();
        }
        if (node.isFloatingPointNumber()) {
            return number(node.doubleValue());
        }
        String text = node.isNull() ? "null" : node.asString();
        boolean plain =
                !node.isString()
                        || (PLAIN.matcher(text).matches() && !NO_TEXT.matcher(text).matches());
        return plain ? text : node.toString();
    }

    /// The shortest digits that give the same number: `5e-5`, `0.9`, `3`.
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e7
                ? new BigDecimal(Double.toString(value)).toPlainString()
                : Double.toString(value).replace(".0E", "e").replace('E', 'e');
    }
}
