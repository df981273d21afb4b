package dev.sae4j.lm.harvest;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Documents one behind the other in full contexts, by one of the rules of [ContextRule.Kind].
final class PackedContexts implements Iterator<Context> {
    /// Records that sparsify tokenises, and cuts into contexts, together.
    private static final int SPARSIFY_GROUP = 2048;

    private final Iterator<Tokenised> documents;
    private final ContextRule.Kind kind;
    private final OptionalInt front;
    private final OptionalInt separator;
    private final int[] tokens;
    private final int[] numbers;
    private int filled;

    private Place start;
    private int begun;
    private int empty;
    private int split;

    /// Of the document that is being packed; null between two.
    private @Nullable Tokenised current;

    /// where the document goes on; part 1 at token 0 if nothing but its separator has been put in
    private Place at;

    private boolean separated;
    private @Nullable Context waiting;

    PackedContexts(
            Iterator<Tokenised> documents, Runner runner, int size, ContextRule rule, Place start) {
        this.documents = documents;
        kind = rule.kind();
        separator = runner.separator(rule.separator());
        front = kind == ContextRule.Kind.SAELENS ? runner.namedBos() : runner.bos();
        tokens = new int[size];
        numbers = new int[size];
        this.start = start;
        at = start;
    }

    @Override
    public boolean hasNext() {
        while (waiting == null && (current != null || documents.hasNext())) {
            step();
        }
        if (waiting == null && filled > 0) {
            flush();
        }
        return waiting != null;
    }

    @Override
    public Context next() {
        if (!hasNext() || waiting == null) {
            throw new NoSuchElementException();
        }
        Context next = waiting;
        waiting = null;
        return next;
    }

    /// Puts in what fits of a document.
    private void step() {
        Tokenised document = current;
        if (document == null) {
            document = documents.next();
            if (endsGroup(document)) {
                flush();
            }
            current = document;
            document.requireToken(at);
            separated = at.token() > 0 || at.part() > 0;
            empty += separated ? 0 : document.empty();
            if (waiting != null) {
                return;
            }
        }
        int[] all = document.tokens();
        boolean wasBegun = filled > 0;
        if (!wasBegun) {
            start = at;
            split += at.token() > 0 && at.part() == 1 ? 1 : 0;
            putFront(document);
        }
        if (!separated && (wasBegun || kind != ContextRule.Kind.SAELENS)) {
            putSeparator(document);
        }
        separated = true;
        int n = Math.min(tokens.length - filled, all.length - at.token());
        System.arraycopy(all, at.token(), tokens, filled, n);
        Arrays.fill(numbers, filled, filled + n, document.number());
        begun += at.token() == 0 && n > 0 ? 1 : 0;
        filled += n;
        boolean ends = at.token() + n == all.length;
        int part = at.token() == 0 ? 1 : at.part() + 1;
        at =
                ends
                        ? new Place(document.number() + 1, 0, 0)
                        : new Place(document.number(), at.token() + n, part);
        current = ends ? null : document;
        if (filled == tokens.length) {
            emit(0);
        }
    }

    private boolean endsGroup(Tokenised next) {
        return kind == ContextRule.Kind.SPARSIFY
                && filled > 0
                && next.number() / SPARSIFY_GROUP != numbers[filled - 1] / SPARSIFY_GROUP;
    }

    private void putFront(Tokenised document) {
        if (front.isEmpty()) {
            return;
        }
        int token = front.getAsInt();
        boolean there =
                (separated || kind == ContextRule.Kind.SAELENS || separator.isEmpty())
                        ? document.tokens()[at.token()] == token
                        : separator.getAsInt() == token;
        if (!there || kind == ContextRule.Kind.SPARSIFY) {
            put(token, document);
        }
    }

    private void putSeparator(Tokenised document) {
        if (separator.isPresent() && filled < tokens.length) {
            int token = separator.getAsInt();
            boolean there =
                    kind == ContextRule.Kind.SAELENS && document.tokens()[at.token()] == token;
            if (!there) {
                put(token, document);
            }
        }
    }

    private void put(int token, Tokenised document) {
        tokens[filled] = token;
        numbers[filled++] = document.number();
    }

    /// The stream ends here: what is left is a shorter context, or is dropped.
    private void flush() {
        emit(kind == ContextRule.Kind.STREAM ? 0 : filled);
    }

    private void emit(int dropped) {
        int n = dropped > 0 ? 0 : filled;
        waiting =
                new Context(
                        start,
                        Arrays.copyOf(tokens, n),
                        Arrays.copyOf(numbers, n),
                        new Context.Counts(begun, empty, split, dropped));
        filled = 0;
        begun = 0;
        empty = 0;
        split = 0;
    }
}
