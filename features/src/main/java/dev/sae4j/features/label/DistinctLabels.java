package dev.sae4j.features.label;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Makes labels differ: of features with the same label, the first keeps it, the others say what
/// else stands out, or are numbered.
public final class DistinctLabels {
    private DistinctLabels() {}

    /// @param labels `[F]`
    /// @param boosted `[F]`, a token that each feature raises, trimmed; empty for none
    public static List<Label> of(List<Label> labels, List<String> boosted) {
        Set<String> taken = new HashSet<>();
        List<Label> distinct = new ArrayList<>(labels.size());
        for (int f = 0; f < labels.size(); f++) {
            Label label = labels.get(f);
            String text = label.automatic();
            if (label.kind() != LabelKind.DEAD && taken.contains(text)) {
                if (!boosted.get(f).isEmpty()) {
                    text = text + ", raising \"" + boosted.get(f) + '"';
                }
                String base = text;
                for (int n = 2; taken.contains(text); n++) {
                    text = base + " (" + n + ")";
                }
                label = label.renamed(text);
            }
            taken.add(text);
            distinct.add(label);
        }
        return distinct;
    }
}
