package dev.sae4j.cli;

import dev.sae4j.features.FeatureBook;
import dev.sae4j.features.FeatureSummary;
import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.TokenScore;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.store.StoreInfo;
import dev.sae4j.train.metric.Evaluation;
import dev.sae4j.train.metric.ModelLoss;
import dev.sae4j.train.metric.Reconstruction;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/// What a quick start has found, for the terminal and as `report.md`.
///
/// @param clear features to show, the clearest first
record QuickstartReport(
        QuickstartPlan plan,
        LanguageModel model,
        StoreInfo store,
        Evaluation evaluation,
        FeatureBook book,
        List<Integer> clear) {
    private static final int EXAMPLES = 3;
    private static final int MARKDOWN_WIDTH = 110;

    private record Line(String name, String value, String meaning) {}

    private List<Line> metrics() {
        Reconstruction r = evaluation.reconstruction();
        ModelLoss l = Objects.requireNonNull(evaluation.loss());
        return List.of(
                new Line(
                        "explained variance",
                        number("%.3f", r.explainedVariance()),
                        "1 - squared error / variance, on held-out text"),
                new Line("L0", number("%.1f", r.l0()), "active features per token"),
                new Line("cosine", number("%.3f", r.cosine()), "of activation and reconstruction"),
                new Line(
                        "dead features",
                        number("%.1f %%", 100 * deadFraction()),
                        "never fired on " + Numbers.count(store.rows()) + " tokens"),
                new Line(
                        "CE loss",
                        number("%.3f", l.clean()),
                        number("nats per token; with the SAE %.3f", l.withSae())
                                + number(", with zeros %.3f", l.zeroAblated())),
                new Line(
                        "CE loss score",
                        number("%.3f", l.score()),
                        "share of the model's work that survives the SAE"));
    }

    /// Share of features that never fired on the harvested activations.
    double deadFraction() {
        long dead = 0;
        for (int f = 0; f < book.size(); f++) {
            dead += book.summary(f).dead() ? 1 : 0;
        }
        return (double) dead / book.size();
    }

    /// For the terminal.
    String text(Console console, Path out, double seconds) {
        var table = console.table("metric", "value", "meaning");
        metrics().forEach(m -> table.row(m.name(), m.value(), m.meaning()));
        var text = new StringBuilder("\n").append(table).append('\n');
        var examples = new ExampleText(console.paint(), console.width() - 6);
        TokenText tokens = book.text().orElseThrow();
        for (int f : clear) {
            FeatureSummary summary = book.summary(f);
            text.append(console.paint().bold(heading(f))).append("  ");
            text.append(console.paint().faint(rate(summary))).append('\n');
            for (Example example : top(f)) {
                text.append("      ")
                        .append(examples.of(example, (float) summary.max(), tokens))
                        .append('\n');
            }
        }
        text.append(
                number("%nDone in %s. ", Numbers.time(seconds))
                        + "Everything is in %s: store/ sae/ features/ report.md%n".formatted(out));
        text.append("Next: ").append(next(out)).append('\n');
        return text.toString();
    }

    private String heading(int feature) {
        return "#" + feature + "  " + book.label(feature).text();
    }

    private static String rate(FeatureSummary summary) {
        return number("fires on %.2f %% of tokens", 100 * summary.density());
    }

    /// The strongest examples; they come from different documents.
    private List<Example> top(int feature) {
        List<Example> all = book.examples(feature);
        return all.subList(0, Math.min(EXAMPLES, all.size()));
    }

    private String next(Path out) {
        return "./sae4j encode --sae %s --model %s --rare --text \"a bird that sings at night\""
                .formatted(out.resolve("sae"), plan.model());
    }

    /// For `report.md`. Holds no times: the same run writes the same file.
    String markdown(Path out) {
        var text = new StringBuilder();
        text.append(
                """
                # TopK SAE on %s, %s

                %d features of width %d, %d active per token; trained on %d rows of %d activations from %s. Positions left out: %s.

                | metric | value | meaning |
                |---|--:|---|
                """
                        .formatted(
                                model.name(),
                                plan.harvest().hook(),
                                plan.dSae(),
                                model.spec().width(),
                                plan.k(),
                                plan.rows(),
                                store.rows(),
                                store.origin().data(),
                                store.origin().excluded()));
        for (Line m : metrics()) {
            text.append("| %s | %s | %s |%n".formatted(m.name(), m.value(), m.meaning()));
        }
        text.append("\n## Some clear features\n");
        var examples = new ExampleText(new Paint(false), MARKDOWN_WIDTH);
        TokenText tokens = book.text().orElseThrow();
        for (int f : clear) {
            FeatureSummary summary = book.summary(f);
            text.append("\n### ").append(escape(heading(f))).append("\n\n");
            text.append(rate(summary)).append(", raises ").append(raised(f, tokens)).append("\n\n");
            for (Example example : top(f)) {
                text.append("    ")
                        .append(examples.of(example, (float) summary.max(), tokens))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private String raised(int feature, TokenText tokens) {
        return book.boosted(feature).stream()
                .limit(6)
                .map(TokenScore::token)
                .map(t -> "`" + tokens.token(t).replace('`', '\'').strip() + "`")
                .collect(Collectors.joining(" "));
    }

    private static String escape(String text) {
        return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_");
    }

    private static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}
