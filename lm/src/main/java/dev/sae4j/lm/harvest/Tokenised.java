package dev.sae4j.lm.harvest;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.data.Document;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// A document as tokens.
///
/// @param number of the document
/// @param empty records without text in front of it, and behind it if it is the last; those whose text
///     gives no token count, too
/// @param tokens `[n]`, at least one
record Tokenised(int number, int empty, int[] tokens) {
    /// Documents that are tokenised at once.
    private static final int TOGETHER = 64;

    /// Checks that this is the document that a place is in the middle of.
    void requireToken(Place place) {
        if (place.token() > 0 && (number != place.document() || tokens.length <= place.token())) {
            throw new Sae4jException(
                    "document %d is not there any more, or has less than %d tokens: the text or the tokenizer has changed, so the harvest cannot go on; begin it again"
                            .formatted(place.document(), place.token() + 1));
        }
    }

    /// Tokenises documents, leaving out those without tokens.
    ///
    /// @param plain without the tokens that the tokenizer adds
    static Iterator<Tokenised> all(Iterator<Document> documents, Runner runner, boolean plain) {
        return new Walk(documents, runner, plain);
    }

    private static final class Walk implements Iterator<Tokenised> {
        private final Iterator<Document> documents;
        private final Runner runner;
        private final boolean plain;
        private final ArrayDeque<Tokenised> waiting = new ArrayDeque<>();
        private int empty; // since the last of those that wait

        Walk(Iterator<Document> documents, Runner runner, boolean plain) {
            this.documents = documents;
            this.runner = runner;
            this.plain = plain;
        }

        @Override
        public boolean hasNext() {
            while (waiting.size() < 2 && documents.hasNext()) { // one is kept: it may be the last
                tokenise();
            }
            if (empty > 0 && !waiting.isEmpty() && !documents.hasNext()) {
                Tokenised last = waiting.removeLast();
                waiting.add(new Tokenised(last.number, last.empty + empty, last.tokens));
                empty = 0;
            }
            return !waiting.isEmpty();
        }

        @Override
        public Tokenised next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return waiting.remove();
        }

        private void tokenise() {
            List<Document> some = new ArrayList<>();
            while (some.size() < TOGETHER && documents.hasNext()) {
                some.add(documents.next());
            }
            List<String> texts = some.stream().map(Document::text).toList();
            List<int[]> encoded = plain ? runner.encodePlain(texts) : runner.encode(texts);
            for (int i = 0; i < some.size(); i++) {
                Document document = some.get(i);
                int[] tokens = withoutSecondBos(encoded.get(i));
                empty += document.empty();
                if (tokens.length > 0) {
                    waiting.add(new Tokenised(document.number(), empty, tokens));
                    empty = 0;
                } else {
                    empty++;
                }
            }
        }

        /// A conversation's text begins with the BOS that the tokenizer adds once more.
        private int[] withoutSecondBos(int[] tokens) {
            boolean twice =
                    tokens.length > 1
                            && runner.bos().isPresent()
                            && tokens[0] == runner.bos().getAsInt()
                            && tokens[1] == tokens[0];
            return twice ? Arrays.copyOfRange(tokens, 1, tokens.length) : tokens;
        }
    }
}
