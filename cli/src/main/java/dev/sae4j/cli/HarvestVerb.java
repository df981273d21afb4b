package dev.sae4j.cli;

import dev.sae4j.io.DType;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.ContextRule;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.lm.harvest.HarvestProgress;
import dev.sae4j.lm.harvest.HarvestResult;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j harvest`: runs a model over a text and keeps its activations.
@Command(
        name = "harvest",
        description =
                "Run a language model over a text and keep the activations at a hook, or at several.",
        footer = {
            "  sae4j harvest --hook resid_post.2 --tokens 1M --out store",
            "  sae4j harvest --model SmolLM2-135M --data notes.txt --hook blocks.15.hook_resid_post \\",
            "                --tokens 500k --exclude first,special,norm --out store"
        })
final class HarvestVerb extends Verb {
    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Mixin private DataOptions data = new DataOptions();

    @Option(
            names = "--hook",
            required = true,
            paramLabel = "H",
            description =
                    "resid_pre|resid_mid|resid_post|attn_z|attn_out|mlp_hidden|mlp_out and a layer: resid_post.2. TransformerLens and module names work too. A list gives a store for each, in one pass of the model.")
    private String hook;

    @Option(
            names = "--tokens",
            required = true,
            paramLabel = "N",
            description = "Rows to keep: 500k, 10M.")
    private Size tokens;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "STORE",
            description = "Folder to make; with several hooks one below it for each.")
    private Path out;

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "Most tokens in a context; longer documents are split (default: ${DEFAULT-VALUE}).")
    private int context = 128;

    @Option(
            names = "--resume",
            description =
                    "Go on with a harvest that was stopped or killed, behind its last full shard (64 MB).")
    private boolean resume;

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
        List<Hook> hooks = hooks();
        Exclusion excluded = Exclusion.parse(exclude);
        ContextRule rule = data.rule();
        ModelPlace place = ModelPlace.find(console, model);
        TextSource text = data.open(console, WordNet.NAME, place);
        try (LanguageModel opened = place.open(console);
                Workers workers = common().workers()) {
            var usual = HarvestOptions.of(hooks.getFirst(), tokens.value());
            var options =
                    new HarvestOptions(
                            usual.hook(),
                            usual.tokens(),
                            context,
                            rule,
                            excluded,
                            dtype(),
                            usual.batchTokens());
            Harvest harvest = Harvest.of(opened, text, options, hooks, workers);
            checkOutputs(hooks);
            console.ifInterrupted(
                    "add --resume to the same command: it goes on behind the last full shard, if there is one");
            HarvestResult result;
            try (Progress progress = console.progress("harvest", tokens.value(), "tokens")) {
                HarvestProgress watch = (rows, of, seen) -> progress.to(rows);
                result =
                        hooks.size() == 1
                                ? harvest.toStore(out, resume, watch)
                                : harvest.toStores(out, resume, watch);
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

    private List<Hook> hooks() {
        return Arrays.stream(hook.split(",", -1)).map(word -> Hook.parse(word.strip())).toList();
    }

    private void checkOutputs(List<Hook> hooks) {
        Outputs.requireNoFile(out);
        if (resume) {
            return; // what was begun must not be swept away
        }
        if (hooks.size() == 1) {
            Outputs.check(out, Outputs.Kind.STORE);
        } else {
            hooks.forEach(h -> Outputs.check(out.resolve(h.toString()), Outputs.Kind.STORE));
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
        String more =
                (counts.emptyDocuments() > 0
                                ? ", %d empty documents".formatted(counts.emptyDocuments())
                                : "")
                        + (counts.tokensDropped() > 0
                                ? ", %d tokens cut off".formatted(counts.tokensDropped())
                                : "");
        return "%s: %d rows from %d documents in %d contexts (%d split, %d positions left out, %d above the norm limit%s)%n"
                .formatted(
                        out,
                        result.rows(),
                        counts.documents(),
                        counts.contexts(),
                        counts.splitDocuments(),
                        counts.rowsExcluded(),
                        counts.rowsAboveNorm(),
                        more);
    }
}
