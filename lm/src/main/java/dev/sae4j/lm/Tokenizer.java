package dev.sae4j.lm;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// Text to tokens and back, as a model's `tokenizer.json` says. Never truncates, never pads, never
/// touches the network. Instances may be shared between threads.
public final class Tokenizer implements AutoCloseable {
    private Tokenizer() {}

    /// Reads a `tokenizer.json`.
    public static Tokenizer open(Path tokenizerJson) {
        return Unfinished.yet();
    }

    /// Tokens of a text with the special tokens that the tokenizer's post-processor adds (BOS).
    public Encoded encode(String text) {
        return Unfinished.yet();
    }

    /// Tokens of a text with nothing added.
    public Encoded encodePlain(String text) {
        return Unfinished.yet();
    }

    /// As [#encode] for many texts at once.
    public List<Encoded> encodeAll(List<String> texts) {
        return texts.stream().map(this::encode).toList();
    }

    /// The text of tokens; special tokens are left out.
    public String decode(int[] ids) {
        return Unfinished.yet();
    }

    /// Readable text of one token, ` the` with its space; U+FFFD for part of a character.
    public String token(int id) {
        return Unfinished.yet();
    }

    /// Number of tokens: ids run from 0 to one less.
    public int vocabularySize() {
        return Unfinished.yet();
    }

    /// True for a token that stands for no text, such as BOS.
    public boolean isSpecial(int id) {
        return Unfinished.yet();
    }

    /// The token that [#encode] puts in front of every text, if it does.
    public OptionalInt bos() {
        return Unfinished.yet();
    }

    /// The token that ends a text, if the model names one.
    public OptionalInt eos() {
        return Unfinished.yet();
    }

    @Override
    public void close() {}
}
