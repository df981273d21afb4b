package dev.sae4j.features.label;

/// What a feature is called.
///
/// @param human a person's label; empty if there is none. It goes before the other.
/// @param automatic the label that was found by a program
/// @param confidence how far to trust it
/// @param kind what it says
/// @param evidence what it rests on
public record Label(
        String human, String automatic, Confidence confidence, LabelKind kind, Evidence evidence) {
    /// The label of a feature that never fired.
    public static final Label DEAD =
            new Label("", "dead", Confidence.DEAD, LabelKind.DEAD, Evidence.NONE);

    /// A label of unknown making.
    public static Label of(String human, String automatic, Confidence confidence) {
        return new Label(human, automatic, confidence, LabelKind.OTHER, Evidence.NONE);
    }

    /// The label to show.
    public String text() {
        return human.isEmpty() ? automatic : human;
    }

    Label renamed(String text) {
        return new Label(human, text, confidence, kind, evidence);
    }
}
