package dev.sae4j.lm.harvest;

import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.Document;
import dev.sae4j.lm.data.TextSource;
import java.util.List;
import java.util.stream.Stream;

/// The batches of contexts that a harvest would run the model on, for whoever wants to run it
/// otherwise: to measure what the model loses, say.
public final class TextContexts {
    private TextContexts() {}

    /// Takes batches.
    public interface Receiver {
        /// @param batch the contexts
        /// @param kept `[tokens]`, the positions that `exclude` keeps; its norm rule is not applied
        /// @return false to stop
        boolean accept(TokenBatch batch, boolean[] kept);
    }

    /// Hands over the batches in the order of the text.
    public static void forEach(
            LanguageModel model,
            Workers workers,
            TextSource text,
            HarvestOptions options,
            Receiver receiver) {
        var runner = new ModelRunner(model, List.of(options.hook()), workers);
        try (Stream<Document> documents = text.documents();
                var batches =
                        new Ahead<>(
                                new ContextBatches(
                                        documents.iterator(), runner, options, Place.START),
                                Harvest.BATCHES_AHEAD,
                                "tokenizer")) {
            boolean more = true;
            while (more) {
                List<Context> contexts = batches.next();
                List<int[]> tokens =
                        contexts == null
                                ? List.of()
                                : contexts.stream()
                                        .map(Context::tokens)
                                        .filter(t -> t.length > 0)
                                        .toList();
                if (tokens.isEmpty()) {
                    break;
                }
                TokenBatch batch = TokenBatch.of(tokens);
                more = receiver.accept(batch, kept(runner, batch, options.exclude()));
            }
        }
    }

    private static boolean[] kept(Runner runner, TokenBatch batch, Exclusion exclude) {
        boolean[] kept = new boolean[batch.tokenCount()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = !(exclude.special() && runner.isSpecial(batch.tokens()[i]));
        }
        if (exclude.first()) {
            for (int s = 0; s < batch.sequences(); s++) {
                kept[batch.starts()[s]] = false;
            }
        }
        return kept;
    }
}
