package dev.sae4j.cli;

import dev.sae4j.features.collect.TokenText;
import dev.sae4j.lm.Tokenizer;

/// A tokenizer as features see it.
///
/// @param tokenizer stays open as long as this is used
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
