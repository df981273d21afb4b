package dev.sae4j.cli;

import dev.sae4j.io.DType;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.lm.harvest.HarvestResult;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sae4j harvest`: runs a model over a text and keeps its activations.
@Command(
        name = "harvest",
        description = "Run a language model over a text and keep the activations at a hook.",
        footer = {
            "  sae4j harvest --hook resid_post.2 --tokens 1M --out store",
            "  sae4j harvest --model SmolLM2-135M --data notes.txt --hook blocks.15.hook_resid_post \\",
            "                --tokens 500k --exclude first,special,norm --out store"
        })
final class HarvestVerb extends Verb {
    @Option(
            names = "--model",
            paramLabel = "M",
            description = "'demo' or a Hugging Face folder (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(
            names = "--data",
            paramLabel = "D",
            description =
                    "'wordnet', 'wordnet-held-out' or a .txt file with one document a line (default: ${DEFAULT-VALUE}).")
    private String data = WordNet.NAME;

    @Option(
            names = "--hook",
            required = true,
            paramLabel = "H",
            description =
                    "resid_pre|resid_mid|resid_post|attn_z|attn_out|mlp_hidden|mlp_out and a layer: resid_post.2. TransformerLens and module names work too.")
    private String hook;

    @Option(
            names = "--tokens",
            required = true,
            paramLabel = "N",
            description = "Rows to keep: 500k, 10M.")
    private Size tokens;

    @Option(names = "--out", required = true, paramLabel = "STORE", description = "Folder to make.")
    private Path out;

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "Most tokens in a context; longer documents are split (default: ${DEFAULT-VALUE}).")
    private int context = 128;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            description = "bf16, f16 or f32 (default: ${DEFAULT-VALUE}).")
    private String dtype = "bf16";

    @Option(
            names = "--exclude",
            paramLabel = "LIST",
            description =
                    "Positions to leave out: none, or a list of first, special, norm, norm=20 (default: ${DEFAULT-VALUE}).")
    private String exclude = Exclusion.FIRST_AND_SPECIAL.toString();

    @Override
    void run(Console console) {
        Hook at = Hook.parse(hook);
        Exclusion excluded = Exclusion.parse(exclude);
        TextSource text = TextSource.open(data);
        try (LanguageModel opened = Inputs.model(model);
                Workers workers = common().workers()) {
            var usual = HarvestOptions.of(at, tokens.value());
            var options =
                    new HarvestOptions(
                            at, tokens.value(), context, excluded, dtype(), usual.batchTokens());
            opened.checkHook(at);
            Outputs.check(out, Outputs.Kind.STORE);
            console.ifInterrupted("run the same command again: harvesting starts over");
            HarvestResult result;
            try (Progress progress = console.progress("harvest", tokens.value(), "tokens")) {
                result =
                        Harvest.of(opened, text, options, workers)
                                .toStore(out, (rows, of, seen) -> progress.to(rows));
                progress.to(result.rows());
            }
            if (result.textEnded()) {
                console.warn(
                        "the text ended after %d of %d rows"
                                .formatted(result.rows(), result.asked()));
            }
            console.result(result, () -> text(result));
        }
    }

    private DType dtype() {
        try {
            return DType.valueOf(dtype.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--dtype '%s': give bf16, f16 or f32".formatted(dtype));
        }
    }

    private String text(HarvestResult result) {
        var counts = result.counts();
        return "%s: %d rows from %d documents in %d contexts (%d split, %d positions left out, %d above the norm limit)%n"
                .formatted(
                        out,
                        result.rows(),
                        counts.documents(),
                        counts.contexts(),
                        counts.splitDocuments(),
                        counts.rowsExcluded(),
                        counts.rowsAboveNorm());
    }
}
