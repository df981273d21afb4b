package dev.sae4j.lm.harvest;

import dev.sae4j.lm.data.Document;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// Turns documents into contexts, and contexts into batches of about equal size.
final class ContextBatches implements Iterator<List<Context>> {
    private final Iterator<Context> contexts;
    private final int batchTokens;

    /// @param documents from that of `start` on
    ContextBatches(
            Iterator<Document> documents, Runner runner, HarvestOptions options, Place start) {
        ContextRule rule = options.contexts();
        Iterator<Tokenised> tokenised = Tokenised.all(documents, runner, rule.packs());
        int size = options.context();
        contexts =
                rule.packs()
                        ? new PackedContexts(tokenised, runner, size, rule, start)
                        : new SingleContexts(
                                tokenised,
                                runner,
                                size,
                                rule.kind() == ContextRule.Kind.TRUNCATE,
                                start);
        batchTokens = options.batchTokens();
    }

    @Override
    public boolean hasNext() {
        return contexts.hasNext();
    }

    @Override
    public List<Context> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Context> batch = new ArrayList<>();
        int tokens = 0;
        while (tokens < batchTokens && hasNext()) {
            Context next = contexts.next();
            batch.add(next);
            tokens += next.tokens().length;
        }
        return batch;
    }
}
