package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.lm.data.TextOptions;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.ContextRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Which text a model runs on, and how its documents become contexts.
@Command
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "D",
            description =
                    "Text for the model: 'wordnet', 'wordnet-held-out', a file (.txt, .jsonl, .json, .csv, .tsv, .parquet; .gz and .zst too), a folder, a pattern or a data set on the hub (ORG/NAME[:PATH][@REVISION]); repeat it for several (default: wordnet; to measure on, wordnet-held-out).")
    private List<String> data = new ArrayList<>();

    @Option(
            names = "--text-column",
            paramLabel = "NAME",
            description =
                    "Column with the text, a.b for a field of a column (default: text, else a column of conversations, else the only column of strings).")
    private @Nullable String column;

    @Option(
            names = "--chat-template",
            paramLabel = "FILE",
            description = "Jinja template for conversations (default: the model's).")
    private @Nullable Path chat;

    @Option(
            names = "--pack",
            arity = "0..1",
            fallbackValue = "stream",
            paramLabel = "RULE",
            description =
                    "Fill contexts with several documents: stream, saelens or sparsify (default: each document alone; without a rule: stream).")
    private @Nullable String pack;

    @Option(
            names = "--separator",
            paramLabel = "T",
            description =
                    "With --pack: token between documents, none, eos or bos (default: eos; for saelens bos).")
    private @Nullable String separator;

    @Option(
            names = "--truncate",
            description = "Keep only the first context of a document, and drop the rest.")
    private boolean truncate;

    /// True if a text was named.
    boolean isGiven() {
        return !data.isEmpty();
    }

    /// The option that says something about a text, if there is one.
    @Nullable String given() {
        return isGiven()
                ? "--data"
                : column != null
                        ? "--text-column"
                        : chat != null
                                ? "--chat-template"
                                : pack != null ? "--pack" : truncate ? "--truncate" : null;
    }

    /// How documents become contexts.
    ContextRule rule() {
        if (truncate && pack != null) {
            throw new UsageException(
                    "--truncate keeps documents alone, --pack puts them together: give one of the two");
        }
        if (pack == null) {
            if (separator != null) {
                throw new UsageException("--separator goes with --pack");
            }
            return truncate ? ContextRule.TRUNCATE : ContextRule.SPLIT;
        }
        ContextRule usual = ContextRule.of(packing(pack));
        return separator == null
                ? usual
                : new ContextRule(usual.kind(), ContextRule.parseSeparator(separator));
    }

    private static ContextRule.Kind packing(String word) {
        for (ContextRule.Kind kind : ContextRule.Kind.values()) {
            if (ContextRule.of(kind).packs() && kind.toString().equalsIgnoreCase(word)) {
                return kind;
            }
        }
        throw new UsageException("--pack '%s': give stream, saelens or sparsify".formatted(word));
    }

    /// Opens the text.
    ///
    /// @param usual what to open if none was named
    /// @param model whose chat template is taken
    TextSource open(Console console, String usual, ModelPlace model) {
        var options = new TextOptions(column, model.chatTemplate(chat).orElse(null));
        if (data.size() < 2) {
            return DataPlace.find(console, data.isEmpty() ? usual : data.getFirst()).open(options);
        }
        return DataPlace.all(data.stream().map(name -> DataPlace.find(console, name)).toList())
                .open(options);
    }
}
