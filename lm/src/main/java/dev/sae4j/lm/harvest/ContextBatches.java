package dev.sae4j.lm.harvest;

import dev.sae4j.lm.data.Document;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;

/// Turns documents into contexts, and contexts into batches of about equal size. A document that is
/// longer than the context goes on in further contexts, each with BOS in front if there is one.
final class ContextBatches implements Iterator<List<Context>> {
    /// Documents that are tokenised at once.
    private static final int DOCUMENTS = 64;

    private final Iterator<Document> documents;
    private final Runner runner;
    private final int context;
    private final int batchTokens;
    private final ArrayDeque<Context> waiting = new ArrayDeque<>();

    ContextBatches(Iterator<Document> documents, Runner runner, HarvestOptions options) {
        this.documents = documents;
        this.runner = runner;
        this.context = options.context();
        this.batchTokens = options.batchTokens();
    }

    @Override
    public boolean hasNext() {
        while (waiting.isEmpty() && documents.hasNext()) {
            tokenise();
        }
        return !waiting.isEmpty();
    }

    @Override
    public List<Context> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Context> batch = new ArrayList<>();
        int tokens = 0;
        while (tokens < batchTokens && hasNext()) {
            Context next = waiting.remove();
            batch.add(next);
            tokens += next.tokens().length;
        }
        return batch;
    }

    private void tokenise() {
        List<Document> some = new ArrayList<>();
        while (some.size() < DOCUMENTS && documents.hasNext()) {
            some.add(documents.next());
        }
        List<int[]> encoded = runner.encode(some.stream().map(Document::text).toList());
        for (int i = 0; i < some.size(); i++) {
            split(some.get(i).number(), encoded.get(i));
        }
    }

    private void split(int document, int[] tokens) {
        if (tokens.length == 0) {
            return;
        }
        int end = Math.min(context, tokens.length);
        waiting.add(new Context(document, 0, Arrays.copyOf(tokens, end)));
        OptionalInt bos = runner.bos();
        int front = bos.isPresent() ? 1 : 0;
        for (int part = 1; end < tokens.length; part++) {
            int n = Math.min(context - front, tokens.length - end);
            int[] piece = new int[front + n];
            bos.ifPresent(token -> piece[0] = token);
            System.arraycopy(tokens, end, piece, front, n);
            waiting.add(new Context(document, part, piece));
            end += n;
        }
    }
}
