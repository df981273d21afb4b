package dev.sae4j.lm.harvest;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Each document alone. One that is longer than the context goes on in further contexts, each with
/// BOS in front if there is one, or is cut off.
final class SingleContexts implements Iterator<Context> {
    private final Iterator<Tokenised> documents;
    private final Runner runner;
    private final int size;
    private final boolean truncate;

    /// Of the document that is being split; null between two.
    private @Nullable Tokenised current;

    private Place place;
    private int numberBehind; // of the document behind the last one

    SingleContexts(
            Iterator<Tokenised> documents, Runner runner, int size, boolean truncate, Place start) {
        this.documents = documents;
        this.runner = runner;
        this.size = size;
        this.truncate = truncate;
        place = start;
        numberBehind = start.document();
    }

    @Override
    public boolean hasNext() {
        return current != null || documents.hasNext();
    }

    @Override
    public Context next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Tokenised document = current;
        if (document == null) {
            document = documents.next();
            document.requireToken(place);
            if (place.token() == 0) {
                place = new Place(numberBehind, 0, 0);
            }
            numberBehind = document.number() + 1;
        }
        return place.token() == 0 ? first(document) : further(document);
    }

    private Context first(Tokenised document) {
        int[] all = document.tokens();
        int end = Math.min(size, all.length);
        int dropped = truncate ? all.length - end : 0;
        return context(
                document,
                Arrays.copyOf(all, end),
                end + dropped,
                new Context.Counts(1, document.empty(), 0, dropped));
    }

    private Context further(Tokenised document) {
        int[] all = document.tokens();
        OptionalInt bos = runner.bos();
        int front = bos.isPresent() ? 1 : 0;
        int n = Math.min(size - front, all.length - place.token());
        int[] piece = new int[front + n];
        bos.ifPresent(token -> piece[0] = token);
        System.arraycopy(all, place.token(), piece, front, n);
        int split = place.part() == 1 ? 1 : 0;
        return context(document, piece, place.token() + n, new Context.Counts(0, 0, split, 0));
    }

    private Context context(Tokenised document, int[] tokens, int end, Context.Counts counts) {
        int[] numbers = new int[tokens.length];
        Arrays.fill(numbers, document.number());
        var context = new Context(place, tokens, numbers, counts);
        boolean more = end < document.tokens().length;
        current = more ? document : null;
        place = more ? new Place(document.number(), end, place.part() + 1) : Place.START;
        return context;
    }
}
