package dev.sae4j.lm;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.chat.ChatTemplate;
import dev.sae4j.lm.tokenizer.LibraryTokenizer;
import dev.sae4j.lm.tokenizer.Pieces;
import dev.sae4j.lm.tokenizer.TokenizerSource;
import dev.sae4j.lm.tokenizer.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// Text to tokens and back, as a model's `tokenizer.json` or GGUF file says. Never truncates, never
/// pads, never touches the network. Instances may be shared between threads.
public final class Tokenizer implements AutoCloseable {
    /// Texts handed to the library in one call.
    private static final int BATCH = 256;

    private final LibraryTokenizer library;
    private final Vocabulary vocabulary;
    private final List<String> notes;
    private final Supplier<Optional<ChatTemplate>> chatTemplate;
    private final OptionalInt bos;
    private final int[] anchor;
    private final String anchorText;

    private Tokenizer(
            LibraryTokenizer library,
            TokenizerSource source,
            Supplier<Optional<ChatTemplate>> chatTemplate) {
        this.library = library;
        this.vocabulary = source.vocabulary();
        this.notes = source.notes();
        this.chatTemplate = chatTemplate;
        int[] plain = encodePlain("a").ids();
        int[] full = encode("a").ids();
        boolean added =
                full.length > plain.length
                        && isSpecial(full[0])
                        && (plain.length == 0 || plain[0] != full[0]);
        this.bos = added ? OptionalInt.of(full[0]) : OptionalInt.empty();
        this.anchor = plain;
        this.anchorText = raw(plain);
    }

    /// Reads a `tokenizer.json` and the small files beside it (`tokenizer_config.json`,
    /// `special_tokens_map.json`, `generation_config.json`). Where it is missing, `vocab.json` and
    /// `merges.txt` beside it will do for a GPT-2 or Qwen tokenizer.
    ///
    /// @throws Sae4jException if the file is missing or is not a tokenizer
    public static Tokenizer open(Path tokenizerJson) {
        Path folder = tokenizerJson.resolveSibling("");
        return of(TokenizerSource.read(tokenizerJson), () -> ChatTemplate.ofFolder(folder));
    }

    /// The tokenizer that a GGUF file carries.
    ///
    /// @param file for messages
    /// @param values the file's key-values
    /// @throws Sae4jException if there is none, or it is of a kind not known
    public static Tokenizer ofGguf(Path file, JsonNode values) {
        return of(TokenizerSource.ofGguf(file, values), () -> ChatTemplate.ofGguf(file, values));
    }

    private static Tokenizer of(
            TokenizerSource source, Supplier<Optional<ChatTemplate>> chatTemplate) {
        try {
            LibraryTokenizer library = LibraryTokenizer.of(source.json());
            try {
                return new Tokenizer(library, source, chatTemplate);
            } catch (RuntimeException e) {
                library.close();
                throw e;
            }
        } catch (Sae4jException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Sae4jException.in(
                    source.file(), "is not a tokenizer of a known kind: " + e.getMessage(), e);
        }
    }

    /// Tokens of a text with the special tokens that the tokenizer's post-processor adds (BOS).
    public Encoded encode(String text) {
        return encoded(library.encode(text, true));
    }

    /// Tokens of a text with nothing added.
    public Encoded encodePlain(String text) {
        return encoded(library.encode(text, false));
    }

    /// As [#encode] for many texts at once.
    public List<Encoded> encodeAll(List<String> texts) {
        return encodeAll(texts, true);
    }

    /// As [#encodePlain] for many texts at once.
    public List<Encoded> encodeAllPlain(List<String> texts) {
        return encodeAll(texts, false);
    }

    private List<Encoded> encodeAll(List<String> texts, boolean withSpecial) {
        List<Encoded> all = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + BATCH));
            library.encodeAll(some, withSpecial).forEach(pieces -> all.add(encoded(pieces)));
        }
        return all;
    }

    /// The text of tokens; special tokens are left out.
    public String decode(int[] ids) {
        return library.decode(ids, false);
    }

    /// Text of tokens as they come, for showing what a model writes.
    ///
    /// @param before tokens that stand before the first one, of which nothing is shown
    public Detokenizer detokenizer(int... before) {
        return new Detokenizer(this::decode, before);
    }

    /// Readable text of one token, ` the` with its space; U+FFFD for part of a character; a special
    /// token's name.
    public String token(int id) {
        if (isSpecial(id)) {
            return vocabulary.special().getOrDefault(id, "");
        }
        // decoders drop a space at the start of a text, so the token is read behind another one
        int[] two = Arrays.copyOf(anchor, anchor.length + 1);
        two[anchor.length] = id;
        String text = raw(two);
        return text.startsWith(anchorText)
                ? text.substring(anchorText.length())
                : raw(new int[] {id});
    }

    /// Number of tokens: ids run from 0 to one less.
    public int vocabularySize() {
        return vocabulary.size();
    }

    /// True for a token that stands for no text, such as BOS: one that the tokenizer marks as such,
    /// whatever it is called.
    public boolean isSpecial(int id) {
        return vocabulary.special().containsKey(id);
    }

    /// The token that [#encode] puts in front of every text, if it does.
    public OptionalInt bos() {
        return bos;
    }

    /// The token that begins a text, if the model names one; [#encode] need not put it there.
    public OptionalInt namedBos() {
        return bos.isPresent() ? bos : vocabulary.bos();
    }

    /// The token that ends a text, if the model names one.
    public OptionalInt eos() {
        return vocabulary.eos();
    }

    /// Tokens after which a generated text is over; may be none.
    public Set<Integer> ends() {
        return vocabulary.ends();
    }

    /// How the model wants conversations written, if it says.
    ///
    /// @throws Sae4jException if there is a template that cannot be read
    public Optional<ChatTemplate> chatTemplate() {
        return chatTemplate.get();
    }

    /// What a user should know about this tokenizer, a sentence each.
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        library.close();
    }

    private String raw(int[] ids) {
        return library.decode(ids, true);
    }

    private static Encoded encoded(Pieces pieces) {
        return new Encoded(pieces.ids(), pieces.start(), pieces.end());
    }
}
