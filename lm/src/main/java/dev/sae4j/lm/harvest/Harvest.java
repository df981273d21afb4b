package dev.sae4j.lm.harvest;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.Document;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.MarkedSource;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.store.StoreWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A language model about to run over a text: writes a store, or is itself a source of activations,
/// running the model anew each time it is walked through.
///
/// [ContextRule] says how documents become contexts. Rows come in the order of the text, the same ones
/// whatever the number of threads.
public final class Harvest implements MarkedSource {
    /// Batches that wait for the model, tokenised.
    static final int BATCHES_AHEAD = 4;

    private final Runner runner;
    private final TextSource text;
    private final HarvestOptions options;
    private final List<Hook> hooks;

    Harvest(Runner runner, TextSource text, HarvestOptions options) {
        this(runner, text, options, List.of(options.hook()));
    }

    Harvest(Runner runner, TextSource text, HarvestOptions options, List<Hook> hooks) {
        if (options.context() > runner.maxContext()) {
            throw new UsageException(
                    "context %d is more than %s can read: at most %d tokens"
                            .formatted(options.context(), runner.name(), runner.maxContext()));
        }
        this.runner = runner;
        this.text = text;
        this.options = options;
        this.hooks = List.copyOf(hooks);
    }

    /// Prepares a harvest; nothing runs yet.
    ///
    /// @throws UsageException if the model has no such hook or cannot read contexts this long
    public static Harvest of(
            LanguageModel model, TextSource text, HarvestOptions options, Workers workers) {
        return of(model, text, options, List.of(options.hook()), workers);
    }

    /// Prepares a harvest of several hooks in one pass of the model: a row holds their activations
    /// side by side, each as wide as it is there. The norm rule leaves out a position where it says so
    /// at any of the hooks.
    ///
    /// @param options their `hook` does not count
    /// @param hooks in the order in which they are to stand; at least one
    /// @throws UsageException if the model has no such hook, a hook comes twice, or contexts are too
    ///     long for the model
    public static Harvest of(
            LanguageModel model,
            TextSource text,
            HarvestOptions options,
            List<Hook> hooks,
            Workers workers) {
        hooks.forEach(model::checkHook);
        List<Hook> plain = hooks.stream().map(model::plain).toList();
        for (int i = 0; i < plain.size(); i++) {
            if (plain.indexOf(plain.get(i)) < i) {
                throw new UsageException(
                        "hook %s is named twice: once is enough".formatted(hooks.get(i)));
            }
        }
        return new Harvest(new ModelRunner(model, plain, workers), text, options, plain);
    }

    @Override
    public int width() {
        return runner.width();
    }

    /// Floats of each hook's part of a row.
    int[] widths() {
        return runner.widths();
    }

    @Override
    public void forEach(
            @Nullable Mark from, Consumer<? super Mark> marks, Consumer<ActivationBatch> receiver) {
        HarvestMark start = from instanceof HarvestMark mark ? mark : HarvestMark.START;
        run(receiver, HarvestProgress.NONE, start, marks::accept);
    }

    @Override
    public Mark mark(JsonNode json) {
        try {
            return Json.STRICT.treeToValue(json, HarvestMark.class);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new Sae4jException(
                    "the saved place in the text is damaged: begin again, without --resume", e);
        }
    }

    /// Runs the model and hands the rows that are kept to `receiver`, in the calling thread.
    ///
    /// @throws dev.sae4j.io.Sae4jException if the text cannot be read or an activation is not finite
    public HarvestResult run(Consumer<ActivationBatch> receiver, HarvestProgress progress) {
        return run(receiver, progress, HarvestMark.START, mark -> {});
    }

    /// As [#run(Consumer, HarvestProgress)] from a mark on.
    ///
    /// @param from what `marks` was told in another run of the same harvest
    /// @param marks told, before the model runs, from where the rows that follow could be had again;
    ///     the rows before have been handed over by then
    public HarvestResult run(
            Consumer<ActivationBatch> receiver,
            HarvestProgress progress,
            HarvestMark from,
            Consumer<HarvestMark> marks) {
        var rows = new RowPicker(runner, options, hooks, from);
        try (Stream<Document> documents = text.documents(from.place().document());
                var batches =
                        new Ahead<>(
                                new ContextBatches(
                                        documents.iterator(), runner, options, from.place()),
                                BATCHES_AHEAD,
                                "tokenizer")) {
            while (!rows.isFull()) {
                List<Context> batch = batches.next();
                if (batch == null) {
                    break;
                }
                rows.mark(batch.getFirst().start()).ifPresent(marks);
                run(batch, rows);
                rows.handOn(receiver);
                progress.update(rows.rows(), options.tokens(), rows.counts().tokensSeen());
            }
        }
        rows.finish(receiver);
        return new HarvestResult(rows.rows(), options.tokens(), rows.counts());
    }

    private void run(List<Context> batch, RowPicker rows) {
        TokenBatch tokens =
                TokenBatch.of(
                        batch.stream().map(Context::tokens).filter(t -> t.length > 0).toList());
        if (tokens.tokenCount() == 0) {
            rows.add(batch, new float[0]);
        } else {
            runner.run(tokens, (values, n, width) -> rows.add(batch, values));
        }
    }

    /// Runs the model and writes a store, which appears when it is complete. Its full shards stay if
    /// the process is killed, and this goes on behind them.
    ///
    /// @param resume whether to go on with what is there, or to begin anew
    /// @throws UsageException if there are several hooks
    /// @throws dev.sae4j.io.Sae4jException if what is there was begun in another way
    public HarvestResult toStore(Path folder, boolean resume, HarvestProgress progress) {
        return toStore(folder, resume, progress, StoreWriter.SHARD_BYTES);
    }

    HarvestResult toStore(Path folder, boolean resume, HarvestProgress progress, int shardBytes) {
        if (hooks.size() > 1) {
            throw new UsageException(
                    "a store holds one hook, not %d: harvest each by itself"
                            .formatted(hooks.size()));
        }
        Path journal = folder.resolveSibling("." + folder.getFileName() + ".harvest.json");
        return new HarvestStores(this, options, List.of(folder), journal, shardBytes)
                .run(resume, progress);
    }

    /// As [#toStore(Path, boolean, HarvestProgress)], anew.
    public HarvestResult toStore(Path folder, HarvestProgress progress) {
        return toStore(folder, false, progress);
    }

    /// Runs the model once and writes a store for each hook, all of the same positions, into folders
    /// that are named as the hooks.
    ///
    /// @param folder where the stores are to stand
    public HarvestResult toStores(Path folder, boolean resume, HarvestProgress progress) {
        return toStores(folder, resume, progress, StoreWriter.SHARD_BYTES);
    }

    HarvestResult toStores(Path folder, boolean resume, HarvestProgress progress, int shardBytes) {
        List<Path> stores = hooks.stream().map(hook -> folder.resolve(hook.toString())).toList();
        Path journal = folder.resolve(".harvest.json");
        return new HarvestStores(this, options, stores, journal, shardBytes).run(resume, progress);
    }

    /// What a store made by this harvest says of its origin: of its first hook, if it has several.
    public StoreOrigin origin() {
        return origin(hooks.getFirst());
    }

    /// The origin of each part of a row, one for each hook.
    public List<StoreOrigin> origins() {
        return hooks.stream().map(this::origin).toList();
    }

    /// What tells the text and the model from what they were before, by what each fact is about.
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>(runner.identity());
        identity.putAll(text.identity());
        return identity;
    }

    private StoreOrigin origin(Hook hook) {
        String version = Harvest.class.getPackage().getImplementationVersion();
        return new StoreOrigin(
                runner.name(),
                runner.nameOf(hook),
                text.name(),
                options.context(),
                options.contexts().toString(),
                options.exclude().toString(),
                version == null ? "sae4j" : "sae4j " + version);
    }
}
