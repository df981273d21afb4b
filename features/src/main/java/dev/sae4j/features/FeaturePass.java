package dev.sae4j.features;

import dev.sae4j.features.collect.DocumentWalk;
import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.KnownText;
import dev.sae4j.features.collect.LogitLens;
import dev.sae4j.features.collect.TokenScore;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.features.collect.TopExamples;
import dev.sae4j.features.label.CorpusWords;
import dev.sae4j.features.label.DistinctLabels;
import dev.sae4j.features.label.KeywordLabels;
import dev.sae4j.features.label.Label;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.ActivationSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One walk over a corpus that makes a feature book. Encoding uses all workers, collecting runs in
/// the calling thread in the order of the rows, so the book never depends on the number of threads.
public final class FeaturePass {
    private final FeatureStatistics statistics;
    private final TopExamples examples;
    private final CorpusWords words = new CorpusWords();
    private final Fingerprint corpus = new Fingerprint();
    private final DocumentWalk walk;
    private long rows;

    private FeaturePass(int features, TokenText text, FeatureOptions options) {
        this.statistics = new FeatureStatistics(features);
        this.examples = new TopExamples(features, options.examples(), options.window());
        this.walk =
                new DocumentWalk(document -> {
                    statistics.add(document.codes(), document.positions());
                    examples.add(document);
                    words.add(document.tokens(), document.length(), text);
                });
    }

    /// Walks through activations of `model` once, with its tokens and its unembedding.
    public static FeatureBook run(
            Workers workers,
            Sae sae,
            ActivationSource source,
            LanguageModel model,
            FeatureOptions options,
            FeatureProgress progress) {
        return run(
                workers,
                sae,
                source,
                new ModelText(model.tokenizer()),
                Unembedding.of(workers, model),
                options,
                progress);
    }

    /// Walks through `source` once.
    ///
    /// @param text text of the source's tokens
    /// @param unembedding for the logit lens; null to go without
    public static FeatureBook run(
            Workers workers,
            Sae sae,
            ActivationSource source,
            TokenText text,
            @Nullable Unembedding unembedding,
            FeatureOptions options,
            FeatureProgress progress) {
        if (source.width() != sae.config().dIn()) {
            throw new UsageException(
                    "the activations have %d dimensions, the SAE takes %d: use activations of the hook it was trained on"
                            .formatted(source.width(), sae.config().dIn()));
        }
        if (sae.config().activation() instanceof Activation.Temporal) {
            throw new UsageException(
                    "this is a temporal SAE: its features depend on the rows before, in sequences that a store's batches do not keep");
        }
        TokenText known = KnownText.of(text);
        var pass = new FeaturePass(sae.config().dSae(), known, options);
        source.forEach(batch -> pass.add(workers, sae, batch, progress));
        pass.walk.finish();
        LogitLens lens =
                unembedding == null
                        ? null
                        : LogitLens.of(
                                workers,
                                sae,
                                unembedding.matrix(),
                                unembedding.normWeight(),
                                options.logitDepth());
        return pass.book(sae, known, lens, options);
    }

    private void add(Workers workers, Sae sae, ActivationBatch batch, FeatureProgress progress) {
        SparseCodes codes =
                sae.encode(workers, Rows.of(batch.values(), batch.rows(), batch.width()));
        corpus.add(batch);
        walk.add(batch, codes);
        rows += batch.rows();
        progress.rows(rows);
    }

    private FeatureBook book(
            Sae sae, TokenText text, @Nullable LogitLens lens, FeatureOptions options) {
        List<FeatureSummary> summaries = new ArrayList<>();
        for (int f = 0; f < statistics.features(); f++) {
            summaries.add(
                    new FeatureSummary(
                            f,
                            statistics.fires(f),
                            statistics.density(f),
                            statistics.max(f),
                            statistics.mean(f),
                            null));
        }
        var parts =
                new BookParts(
                        Optional.of(statistics),
                        Optional.of(examples::of),
                        Optional.ofNullable(lens),
                        Optional.of(text),
                        () -> {});
        var meta = BookMetas.of(sae, statistics, corpus.hex(), options);
        return new FeatureBook(meta, summaries, labels(text, lens), parts);
    }

    private List<Label> labels(TokenText text, @Nullable LogitLens lens) {
        var maker = new KeywordLabels(words, text);
        List<Label> labels = new ArrayList<>();
        List<String> raised = new ArrayList<>();
        for (int f = 0; f < statistics.features(); f++) {
            var boosted = lens == null ? List.<TokenScore>of() : lens.boosted(f);
            labels.add(maker.label(statistics, f, examples.of(f), boosted));
            raised.add(boosted.isEmpty() ? "" : text.token(boosted.getFirst().token()).strip());
        }
        return DistinctLabels.of(labels, raised);
    }
}
