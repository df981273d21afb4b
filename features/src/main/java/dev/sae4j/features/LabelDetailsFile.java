package dev.sae4j.features;

import dev.sae4j.features.label.Evidence;
import dev.sae4j.features.label.Label;
import dev.sae4j.features.label.LabelKind;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;

/// `label_details.jsonl`: what each automatic label rests on, one object a line in the order of
/// features. Ours alone; a book without it has labels of kind `other`.
final class LabelDetailsFile {
    static final String NAME = "label_details.jsonl";

    private LabelDetailsFile() {}

    /// @param label the label that this is about: if it has changed since, the line is void
    private record Line(int feature, String label, String kind, Evidence evidence) {}

    static void write(Path folder, List<Label> labels) {
        SafeFiles.write(
                folder.resolve(NAME),
                out -> {
                    for (int f = 0; f < labels.size(); f++) {
                        Label label = labels.get(f);
                        var line =
                                new Line(
                                        f,
                                        label.automatic(),
                                        label.kind().word(),
                                        label.evidence());
                        out.write(Json.STRICT.writeValueAsBytes(line));
                        out.write('\n');
                    }
                });
    }

    /// The same labels with kind and evidence, where known.
    static List<Label> addTo(Path folder, List<Label> labels) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return labels;
        }
        List<Label> detailed = new ArrayList<>(labels);
        try (var lines = Files.lines(file)) {
            int n = 0;
            for (String text : (Iterable<String>) lines::iterator) {
                n++;
                add(file, n, text, detailed);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
        return detailed;
    }

    private static void add(Path file, int n, String text, List<Label> labels) {
        try {
            Line line = Json.STRICT.readValue(text, Line.class);
            if (line.feature() < 0 || line.feature() >= labels.size()) {
                throw Sae4jException.in(
                        file,
                        "line %d names feature %d: the book has features 0 to %d"
                                .formatted(n, line.feature(), labels.size() - 1));
            }
            Label label = labels.get(line.feature());
            if (label.automatic().equals(line.label())) {
                labels.set(
                        line.feature(),
                        new Label(
                                label.human(),
                                label.automatic(),
                                label.confidence(),
                                LabelKind.of(line.kind()),
                                line.evidence()));
            }
        } catch (JacksonException e) {
            throw Sae4jException.in(file, "line %d: %s".formatted(n, e.getOriginalMessage()), e);
        }
    }
}
