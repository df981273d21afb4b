package dev.sae4j.features.collect;

/// Token texts looked up once and kept: asking a tokenizer for each token of a corpus takes longer
/// than everything else that is done with it.
public final class KnownText implements TokenText {
    private final String[] texts;
    private final boolean[] special;

    private KnownText(String[] texts, boolean[] special) {
        this.texts = texts;
        this.special = special;
    }

    /// All tokens of `text`.
    public static KnownText of(TokenText text) {
        if (text instanceof KnownText known) {
            return known;
        }
        int n = text.vocabularySize();
        String[] texts = new String[n];
        boolean[] special = new boolean[n];
        for (int id = 0; id < n; id++) {
            texts[id] = text.token(id);
            special[id] = text.isSpecial(id);
        }
        return new KnownText(texts, special);
    }

    @Override
    public int vocabularySize() {
        return texts.length;
    }

    /// Ids outside the vocabulary are shown as U+FFFD.
    @Override
    public String token(int id) {
        return id < 0 || id >= texts.length ? "\uFFFD" : texts[id];
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 0 && id < special.length && special[id];
    }
}
