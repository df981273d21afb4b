package dev.sae4j.cli;

import java.util.ArrayList;
import java.util.List;

/// Two texts next to each other where there is room, else one below the other.
final class SideBySide {
    /// Narrower terminals have no room for two columns.
    private static final int TWO_COLUMNS = 80;

    private static final String GAP = "  ";

    private final Paint paint;
    private final int width;

    /// @param width characters per line; [Terminal#UNLIMITED] if there are no lines
    SideBySide(Paint paint, int width) {
        this.paint = paint;
        this.width = width;
    }

    /// The texts below their headings, lines ended by `\n`.
    String of(String leftHeading, String left, String rightHeading, String right) {
        if (width < TWO_COLUMNS || width >= Terminal.UNLIMITED) {
            return below(leftHeading, left) + "\n" + below(rightHeading, right);
        }
        int column = (Math.min(width, 200) - 3 * GAP.length()) / 2;
        List<String> a = new ArrayList<>(wrapped(leftHeading, column));
        List<String> b = new ArrayList<>(wrapped(rightHeading, column));
        int headings = Math.max(a.size(), b.size());
        pad(a, headings);
        pad(b, headings);
        a.addAll(wrapped(left, column));
        b.addAll(wrapped(right, column));
        int lines = Math.max(a.size(), b.size());
        pad(a, lines);
        pad(b, lines);
        var text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            String line = padded(a.get(i), column) + GAP + b.get(i).stripTrailing();
            text.append(GAP)
                    .append(i < headings ? paint.bold(line.stripTrailing()) : line.stripTrailing())
                    .append('\n');
        }
        return text.toString();
    }

    private String below(String heading, String text) {
        boolean lines = width < Terminal.UNLIMITED;
        return paint.bold(heading)
                + "\n"
                + (lines ? String.join("\n", wrapped(text, width - 1)) : printable(text))
                + "\n";
    }

    /// Text from a model must not move the cursor or colour the terminal; line breaks stay.
    static String printable(String text) {
        return text.replace("\t", "    ").replaceAll("[\\p{Cntrl}&&[^\n]]", "");
    }

    /// Lines of at most `column` characters, broken at spaces where there are any.
    static List<String> wrapped(String text, int column) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : printable(text).split("\n", -1)) {
            String rest = paragraph;
            while (rest.codePointCount(0, rest.length()) > column) {
                int end = rest.offsetByCodePoints(0, column);
                int space = rest.lastIndexOf(' ', end);
                int cut = space > 0 && !rest.substring(0, space).isBlank() ? space : end;
                lines.add(rest.substring(0, cut));
                rest = rest.substring(cut).replaceFirst("^ ", "");
            }
            lines.add(rest);
        }
        return lines;
    }

    private static void pad(List<String> lines, int n) {
        while (lines.size() < n) {
            lines.add("");
        }
    }

    private static String padded(String line, int column) {
        return line + " ".repeat(Math.max(0, column - line.codePointCount(0, line.length())));
    }
}
