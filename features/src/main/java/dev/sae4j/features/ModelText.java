package dev.sae4j.features;

import dev.sae4j.features.collect.TokenText;
import dev.sae4j.lm.Tokenizer;

/// A model's tokenizer, seen as the text of its tokens.
record ModelText(Tokenizer tokenizer) implements TokenText {
    @Override
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    @Override
    public String token(int id) {
        return tokenizer.token(id);
    }

    @Override
    public boolean isSpecial(int id) {
        return tokenizer.isSpecial(id);
    }
}
