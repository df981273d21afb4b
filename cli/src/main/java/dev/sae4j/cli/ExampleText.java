package dev.sae4j.cli;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.TokenText;

/// One example of a feature on one line: as much text around its peak as fits, each token on a
/// background that says how strongly the feature fires.
final class ExampleText {
    private static final String CUT = "…";

    private final Paint paint;
    private final int width;

    /// @param width characters per line
    ExampleText(Paint paint, int width) {
        this.paint = paint;
        this.width = Math.max(width, 20);
    }

    /// @param max largest activation of the feature, which is shown strongest
    String of(Example example, float max, TokenText text) {
        String[] tokens = example.texts(text);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = tokens[i].replaceAll("\\s|\\p{Cntrl}", " ");
        }
        int first = example.peak();
        int last = first;
        int room = width - 4 - length(tokens[first]); // marks and signs of a cut
        boolean grew = true;
        while (grew) {
            grew = false;
            if (first > 0 && length(tokens[first - 1]) <= room) {
                room -= length(tokens[--first]);
                grew = true;
            }
            if (last + 1 < tokens.length && length(tokens[last + 1]) <= room) {
                room -= length(tokens[++last]);
                grew = true;
            }
        }
        tokens[first] = tokens[first].stripLeading();
        var line = new StringBuilder(first > 0 ? CUT : "");
        for (int i = first, next; i <= last; i = next) {
            next = i + 1;
            var run = new StringBuilder(tokens[i]);
            float strength = example.strength(i, max);
            while (!paint.isOn()
                    && next <= last
                    && sameMark(strength, example.strength(next, max))) {
                run.append(tokens[next++]); // marks around each token would hide the text
            }
            line.append(paint.heat(run.toString(), strength));
        }
        return line.append(last + 1 < tokens.length ? CUT : "").toString();
    }

    private static boolean sameMark(float a, float b) {
        return Paint.mark(a).equals(Paint.mark(b));
    }

    private int length(String token) {
        return token.codePointCount(0, token.length()) + (paint.isOn() ? 0 : 2);
    }
}
