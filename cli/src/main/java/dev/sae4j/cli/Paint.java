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

    /// Text on a background that says how strongly a feature fires on it. Without colours it stands
    /// in `[ ]` from a quarter of the full strength on, in `[[ ]]` from three quarters; space around
    /// it stays outside.
    ///
    /// @param strength 0 (does not fire) to 1 (the strongest)
    public String heat(String text, double strength) {
        if (!(strength > 0) || text.isBlank()) {
            return text;
        }
        if (on) {
            int step = (int) Math.min(HEAT.length - 1, strength * HEAT.length);
            return wrap(String.format(Locale.ROOT, "30;48;5;%d", HEAT[step]), text);
        }
        String core = text.strip();
        int start = text.indexOf(core);
        String mark = mark(strength);
        return text.substring(0, start)
                + mark
                + core
                + mark.replace('[', ']')
                + text.substring(start + core.length());
    }

    /// What opens marked text where there are no colours.
    static String mark(double strength) {
        return strength >= 0.75 ? "[[" : strength >= 0.25 ? "[" : "";
    }

    private String wrap(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
