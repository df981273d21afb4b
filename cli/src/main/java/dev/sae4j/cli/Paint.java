package dev.sae4j.cli;

import java.util.Locale;

/// Colours, where there are any. Without them everything stays readable: strong tokens are put
/// between marks instead.
public final class Paint {
    /// Backgrounds from weak to strong (256-colour palette); the text on them is black, so that they
    /// read the same on dark and on light terminals.
    private static final int[] HEAT = {230, 229, 222, 215, 209, 203};

    private final boolean on;

    Paint(boolean on) {
        this.on = on;
    }

    boolean isOn() {
        return on;
    }

    /// A heading.
    public String bold(String text) {
        return wrap("1", text);
    }

    /// Something of less weight.
    public String faint(String text) {
        return wrap("2", text);
    }

    /// The word in front of a warning.
    public String warning(String text) {
        return wrap("33", text);
    }

    /// The word in front of an error.
    public String error(String text) {
        return wrap("31", text);
    }

    /// A token on a background that says how strongly a feature fires on it. Without colours the
    /// token stands in `[ ]`, from the upper half on in `[[ ]]`; space around it stays outside.
    ///
    /// @param strength 0 (does not fire) to 1 (the strongest)
    public String heat(String token, double strength) {
        if (!(strength > 0) || token.isBlank()) {
            return token;
        }
        if (on) {
            int step = (int) Math.min(HEAT.length - 1, strength * HEAT.length);
            return wrap(String.format(Locale.ROOT, "30;48;5;%d", HEAT[step]), token);
        }
        String core = token.strip();
        int start = token.indexOf(core);
        boolean strong = strength >= 0.5;
        return token.substring(0, start)
                + (strong ? "[[" : "[")
                + core
                + (strong ? "]]" : "]")
                + token.substring(start + core.length());
    }

    private String wrap(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
