package dev.sae4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// A small text table. Columns of numbers stand right-aligned; if the table is wider than the
/// terminal, the widest column of text is cut.
public final class Table {
    private static final Pattern NUMBER =
            Pattern.compile("-?[0-9][0-9,_]*(\\.[0-9]+)?([eE]-?[0-9]+)?( ?[%a-zA-Z/]{1,3})?|-|");
    private static final String GAP = "  ";
    private static final int NARROWEST = 8;

    private final int width;
    private final List<String[]> rows = new ArrayList<>();
    private final int columns;

    /// @param width characters per line
    Table(int width, String... headings) {
        this.width = width;
        this.columns = headings.length;
        if (Arrays.stream(headings).anyMatch(h -> !h.isEmpty())) {
            rows.add(headings.clone());
        } else {
            rows.add(new String[0]);
        }
    }

    /// Adds a row; values are shown by `String.valueOf`, control characters as `.`.
    public Table row(Object... values) {
        if (values.length != columns) {
            throw new IllegalArgumentException(
                    "a row of %d values for %d columns".formatted(values.length, columns));
        }
        rows.add(Arrays.stream(values).map(Table::printable).toArray(String[]::new));
        return this;
    }

    /// Text from files must not move the cursor or colour the terminal.
    private static String printable(Object value) {
        return String.valueOf(value).replaceAll("\\p{Cntrl}", ".");
    }

    /// The table, each line ended by `\n`.
    @Override
    public String toString() {
        int[] widths = new int[columns];
        boolean[] numeric = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            numeric[c] = rows.size() > 1;
            for (String[] row : rows) {
                widths[c] = Math.max(widths[c], row.length == 0 ? 0 : length(row[c]));
            }
            for (String[] row : rows.subList(1, rows.size())) {
                numeric[c] &= NUMBER.matcher(row[c]).matches();
            }
        }
        fit(widths, numeric);
        var text = new StringBuilder();
        for (String[] row : rows) {
            if (row.length > 0) {
                line(text, row, widths, numeric);
            }
        }
        return text.toString();
    }

    private void fit(int[] widths, boolean[] numeric) {
        int over = Arrays.stream(widths).sum() + GAP.length() * columns - width;
        while (over > 0) {
            int widest = -1;
            for (int c = 0; c < columns; c++) {
                if (!numeric[c] && (widest < 0 || widths[c] > widths[widest])) {
                    widest = c;
                }
            }
            if (widest < 0 || widths[widest] <= NARROWEST) {
                return;
            }
            widths[widest]--;
            over--;
        }
    }

    private static void line(StringBuilder text, String[] row, int[] widths, boolean[] numeric) {
        var line = new StringBuilder();
        for (int c = 0; c < row.length; c++) {
            String cell = cut(row[c], widths[c]);
            int padding = widths[c] - length(cell);
            line.append(GAP).repeat(' ', numeric[c] ? padding : 0);
            line.append(cell).repeat(' ', numeric[c] ? 0 : padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String cut(String cell, int width) {
        return length(cell) <= width
                ? cell
                : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
