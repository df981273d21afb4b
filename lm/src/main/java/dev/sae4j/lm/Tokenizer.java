package dev.sae4j.lm;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Text to tokens and back, as a model's `tokenizer.json` says. Never truncates, never pads, never
/// touches the network. Instances may be shared between threads.
///
/// The work is done by the Hugging Face tokenizers library; this is the only class that knows it.
public final class Tokenizer implements AutoCloseable {
    static {
        // or the library asks a cloud's metadata address and reports its use
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /// The library truncates at 512 tokens unless told not to.
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

    /// Texts handed to the library in one call.
    private static final int BATCH = 256;

    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;
    private final OptionalInt bos;
    private final int[] anchor;
    private final String anchorText;

    private Tokenizer(HuggingFaceTokenizer library, Vocabulary vocabulary) {
        this.library = library;
        this.vocabulary = vocabulary;
        int[] plain = encodePlain("a").ids();
        int[] full = encode("a").ids();
        boolean added =
                full.length > plain.length
                        && vocabulary.isSpecial(full[0])
                        && (plain.length == 0 || plain[0] != full[0]);
        this.bos = added ? OptionalInt.of(full[0]) : OptionalInt.empty();
        this.anchor = plain;
        this.anchorText = raw(plain);
    }

    /// Reads a `tokenizer.json`. The token that ends a text is looked up in the files beside it.
    ///
    /// @throws Sae4jException if the file is missing or is not a tokenizer
    public static Tokenizer open(Path tokenizerJson) {
        Vocabulary vocabulary = Vocabulary.read(tokenizerJson);
        try (var in = Files.newInputStream(tokenizerJson)) {
            return new Tokenizer(HuggingFaceTokenizer.newInstance(in, OPTIONS), vocabulary);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(tokenizerJson, e);
        } catch (Sae4jException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Sae4jException.in(
                    tokenizerJson, "is not a tokenizer of a known kind: " + e.getMessage(), e);
        }
    }

    /// Tokens of a text with the special tokens that the tokenizer's post-processor adds (BOS).
    public Encoded encode(String text) {
        return encoded(text, library.encode(text, true, false));
    }

    /// Tokens of a text with nothing added.
    public Encoded encodePlain(String text) {
        return encoded(text, library.encode(text, false, false));
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
            Encoding[] encodings = library.batchEncode(some, withSpecial, false);
            for (int i = 0; i < encodings.length; i++) {
                all.add(encoded(some.get(i), encodings[i]));
            }
        }
        return all;
    }

    /// The text of tokens; special tokens are left out.
    public String decode(int[] ids) {
        return library.decode(checked(ids), true);
    }

    /// Readable text of one token, ` the` with its space; U+FFFD for part of a character; a special
    /// token's name.
    public String token(int id) {
        if (vocabulary.isSpecial(id)) {
            return vocabulary.specialText(id);
        }
        // decoders drop a space at the start of a text, so the token is read behind another one
        int[] two = java.util.Arrays.copyOf(anchor, anchor.length + 1);
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

    /// True for a token that stands for no text, such as BOS.
    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id);
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

    @Override
    public void close() {
        library.close();
    }

    private String raw(int[] ids) {
        return library.decode(checked(ids), false);
    }

    private long[] checked(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw new IllegalArgumentException("token ids count from 0, got " + ids[i]);
            }
            wide[i] = ids[i];
        }
        return wide;
    }

    /// The library counts offsets in code points; ours are UTF-16 units.
    private static Encoded encoded(String text, Encoding encoding) {
        long[] ids = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[] id = new int[ids.length];
        int[] start = new int[ids.length];
        int[] end = new int[ids.length];
        var units = new CodePointOffsets(text);
        for (int i = 0; i < ids.length; i++) {
            id[i] = Math.toIntExact(ids[i]);
            if (spans[i] != null) {
                start[i] = units.toUnits(spans[i].getStart());
                end[i] = units.toUnits(spans[i].getEnd());
            } else if (i > 0) {
                start[i] = end[i - 1];
                end[i] = end[i - 1];
            }
        }
        return new Encoded(id, start, end);
    }
}
