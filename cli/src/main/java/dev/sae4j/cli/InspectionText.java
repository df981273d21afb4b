package dev.sae4j.cli;

import dev.sae4j.inspect.Inspection;
import dev.sae4j.inspect.ModelInspection;
import dev.sae4j.inspect.SaeInspection;
import dev.sae4j.inspect.SetInspection;
import dev.sae4j.inspect.Spread;
import dev.sae4j.inspect.StoreInspection;
import dev.sae4j.inspect.TensorFileInspection;
import dev.sae4j.inspect.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An [Inspection] as people read it.
final class InspectionText {
    /// Tensors listed for people; the largest SAEs have fewer.
    private static final int MOST_TENSORS = 40;

    private final Console console;
    private final StringBuilder text = new StringBuilder();

    InspectionText(Console console) {
        this.console = console;
    }

    String of(Inspection inspection) {
        switch (inspection) {
            case SaeInspection sae -> sae(sae);
            case SetInspection set -> set(set);
            case StoreInspection store -> store(store);
            case ModelInspection model -> model(model);
            case TensorFileInspection file -> {
                heading(file.path(), file.container() + " file, " + Numbers.bytes(file.bytes()));
                tensors(file.tensors());
                map("Values", file.values());
            }
        }
        problems(inspection.problems());
        return text.toString();
    }

    private void sae(SaeInspection sae) {
        heading(sae.path(), "sparse autoencoder, format " + sae.format());
        Table facts = console.table("", "");
        facts.row("architecture", sae.architecture() + k(sae.k()));
        facts.row("d_in", sae.dIn());
        if (sae.dOut() != sae.dIn()) {
            facts.row("d_out", sae.dOut());
        }
        facts.row("d_sae", sae.dSae() + " features");
        facts.row("input", input(sae));
        if (!sae.prefixes().isEmpty()) {
            facts.row("prefixes", sae.prefixes());
        }
        if (sae.readings().size() > 1) {
            facts.row("reading", sae.reading() + ": " + sae.readings().get(sae.reading()));
        }
        facts.row("weights", sae.dtype() + ", " + Numbers.bytes(sae.bytes()));
        text.append(facts).append('\n');
        tensors(sae.tensors());
        text.append('\n').append(console.paint().bold("Numbers")).append('\n');
        Table numbers = console.table("", "min", "median", "mean", "max");
        spread(numbers, "decoder row norms", sae.decoderNorms());
        spread(numbers, "b_enc", sae.encoderBias());
        spread(numbers, "threshold", sae.threshold());
        text.append(numbers);
        text.append(
                sae.sampledRows() < sae.dSae()
                        ? "  norms of a sample: %d of %d rows, evenly spaced\n"
                                .formatted(sae.sampledRows(), sae.dSae())
                        : "  norms of all %d rows\n".formatted(sae.dSae()));
        if (sae.readings().size() > 1) {
            map("Readings, for --reading", sae.readings());
        }
        map("Where it comes from", flat("", sae.metadata()));
        map("Beside it", sae.companions());
        for (String note : sae.notes()) {
            text.append("\nnote: ").append(note).append('\n');
        }
    }

    private static String k(@Nullable Double k) {
        if (k == null) {
            return "";
        }
        return k == Math.rint(k) ? ", k = %.0f".formatted(k) : ", k = " + k;
    }

    private static String input(SaeInspection sae) {
        String transform = sae.input().equals("none") ? "" : sae.input();
        if (!sae.applyBDecToInput()) {
            return transform.isEmpty() ? "as it is" : transform;
        }
        return (transform.isEmpty() ? "" : transform + ", then ") + "b_dec is subtracted";
    }

    private void set(SetInspection set) {
        heading(set.path(), set.saes().size() + " sparse autoencoders");
        Table table =
                console.table(
                        "id",
                        "format",
                        "architecture",
                        "d_in",
                        "d_sae",
                        "k",
                        "threshold",
                        "dtype",
                        "size",
                        "problems");
        for (SetInspection.Entry sae : set.saes()) {
            Double k = sae.k();
            Float threshold = sae.threshold();
            table.row(
                    sae.id(),
                    sae.format(),
                    sae.architecture(),
                    sae.dIn(),
                    sae.dSae(),
                    k == null ? "-" : k == Math.rint(k) ? "%.0f".formatted(k) : k,
                    threshold == null ? "-" : number(threshold),
                    sae.dtype(),
                    Numbers.bytes(sae.bytes()),
                    sae.problems().size());
        }
        text.append(table);
        if (!set.snapshots().isEmpty()) {
            text.append(
                    "\n%d layers (%s), snapshots %s\n"
                            .formatted(
                                    set.layers().size(),
                                    span(set.layers()),
                                    String.join(", ", set.snapshots())));
        }
    }

    private static String span(List<Integer> layers) {
        return layers.getFirst().equals(layers.getLast())
                ? layers.getFirst().toString()
                : layers.getFirst() + " to " + layers.getLast();
    }

    private void store(StoreInspection store) {
        heading(store.path(), "activation store");
        Table facts = console.table("", "");
        facts.row("rows", "%,d of width %d".formatted(store.rows(), store.width()));
        facts.row("dtype", store.dtype());
        facts.row("shards", store.shards() + ", " + Numbers.bytes(store.bytes()));
        facts.row("mean norm", number(store.meanNorm()));
        facts.row("rms norm", number(store.rmsNorm()));
        text.append(facts);
        map("Where it comes from", store.origin());
        map("Counts", store.counts());
    }

    private void model(ModelInspection model) {
        heading(model.path(), "language model, family " + model.modelType());
        Table facts = console.table("", "");
        facts.row("parameters", Numbers.count(model.parameters()));
        facts.row(
                "weights", String.join(", ", model.dtype()) + ", " + Numbers.bytes(model.bytes()));
        facts.row("files", String.join(", ", model.files()));
        text.append(facts);
        map("Config", model.config());
    }

    private void heading(String path, String what) {
        text.append(console.paint().bold(path)).append(": ").append(what).append("\n\n");
    }

    private void tensors(List<TensorInfo> tensors) {
        Table table = console.table("tensor", "dtype", "shape", "size");
        for (TensorInfo t : tensors.subList(0, Math.min(MOST_TENSORS, tensors.size()))) {
            table.row(t.name(), t.dtype(), t.shapeText(), Numbers.bytes(t.bytes()));
        }
        text.append(table);
        if (tensors.size() > MOST_TENSORS) {
            text.append(
                    "  and %d more; --json lists all\n".formatted(tensors.size() - MOST_TENSORS));
        }
    }

    /// Nested objects as lines of their own: `recipe.optimiser.learning_rate`.
    private static Map<String, Object> flat(String prefix, Map<?, ?> values) {
        Map<String, Object> flat = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                flat.putAll(flat(prefix + key + ".", inner));
            } else {
                flat.put(prefix + key, value);
            }
        });
        return flat;
    }

    private void map(String heading, Map<String, ?> values) {
        if (!values.isEmpty()) {
            text.append('\n').append(console.paint().bold(heading)).append('\n');
            Table table = console.table("", "");
            values.forEach((key, value) -> table.row(key, value));
            text.append(table);
        }
    }

    private void problems(List<String> problems) {
        text.append('\n');
        if (problems.isEmpty()) {
            text.append("No problems found.\n");
        }
        for (String problem : problems) {
            text.append(console.paint().warning("problem: ")).append(problem).append('\n');
        }
    }

    private static void spread(Table table, String name, @Nullable Spread s) {
        if (s != null) {
            table.row(name, number(s.min()), number(s.median()), number(s.mean()), number(s.max()));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
