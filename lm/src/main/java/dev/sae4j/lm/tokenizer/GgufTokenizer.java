package dev.sae4j.lm.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Turns the vocabulary of a GGUF file into a `tokenizer.json`, by `tokenizer.ggml.model`: `gpt2` is
/// byte-level, with its merges; `llama` is SentencePiece, whose merges follow from its vocabulary.
final class GgufTokenizer {
    private final GgufVocabulary vocabulary;
    private final List<String> notes = new ArrayList<>();
    private final String[] tokens;
    private final int[] types;
    private OptionalInt bos;
    private OptionalInt eos;
    private OptionalInt unknown;

    private GgufTokenizer(GgufVocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.tokens = vocabulary.tokens();
        this.types = vocabulary.types();
        this.bos = vocabulary.id("bos");
        this.eos = vocabulary.id("eos");
        this.unknown = vocabulary.id("unknown");
    }

    static TokenizerSource read(GgufVocabulary vocabulary) {
        var tokenizer = new GgufTokenizer(vocabulary);
        String model = vocabulary.text("model", "");
        String json =
                switch (model) {
                    case "gpt2" -> tokenizer.byteLevel();
                    case "llama" -> tokenizer.sentencePiece();
                    default ->
                            throw vocabulary.bad(
                                    "has a tokenizer of the kind '%s' (tokenizer.ggml.model): gpt2 and llama are known. Use the model's Hugging Face folder"
                                            .formatted(model));
                };
        return new TokenizerSource(vocabulary.file(), json, tokenizer.known(), tokenizer.notes);
    }

    private Vocabulary known() {
        Map<Integer, String> special = new HashMap<>();
        for (int id = 0; id < types.length; id++) {
            if (isSpecial(id)) {
                special.put(id, tokens[id]);
            }
        }
        Set<Integer> ends = new LinkedHashSet<>();
        eos.ifPresent(ends::add);
        vocabulary.id("eot").ifPresent(ends::add);
        vocabulary.id("eom").ifPresent(ends::add);
        return new Vocabulary(tokens.length, special, bos, eos, ends);
    }

    private boolean isSpecial(int id) {
        return types[id] == GgufVocabulary.CONTROL || types[id] == GgufVocabulary.UNKNOWN;
    }

    private String byteLevel() {
        String name = vocabulary.text("pre", "");
        if (name.isEmpty()) {
            notes.add(
                    "The file does not say how its tokenizer cuts words (tokenizer.ggml.pre): cut as '%s', which may not be how the model was trained."
                            .formatted(PreTokenizers.DEFAULT));
            name = PreTokenizers.DEFAULT;
        }
        String asked = name;
        PreTokenizers words =
                PreTokenizers.named(name)
                        .orElseThrow(() ->
                                vocabulary.bad(
                                        "cuts words as '%s' (tokenizer.ggml.pre), which is not known; known are %s. Use the model's Hugging Face folder"
                                                .formatted(asked, PreTokenizers.names())));
        BpeJson shape = ByteLevel.shape(words, template(words.addsBos()));
        return shape.text(added(), BpeJson.vocab(tokens), merges());
    }

    private String sentencePiece() {
        // what a file means that does not say
        bos = orFirst(bos, 1);
        eos = orFirst(eos, 2);
        unknown = orFirst(unknown, 0);
        float[] scores = vocabulary.scores();
        if (vocabulary.architecture().startsWith("gemma")) {
            for (int id = 0; id < tokens.length; id++) {
                // runs of spaces are spelt out and have no score of their own; Gemma merges them
                // first
                if (tokens[id].length() > 1 && tokens[id].chars().allMatch(c -> c == ' ')) {
                    tokens[id] = tokens[id].replace(' ', SentencePiece.SPACE);
                    scores[id] = tokens.length - id;
                }
            }
        }
        boolean prefix = vocabulary.truth("add_space_prefix", true);
        String unk = unknown.isPresent() ? tokens[unknown.getAsInt()] : "";
        BpeJson shape = SentencePiece.shape(prefix, unk, template(true));
        StringBuilder merges = SentencePiece.merges(tokens, types, scores);
        return shape.text(added(), BpeJson.vocab(tokens), merges);
    }

    private OptionalInt orFirst(OptionalInt id, int otherwise) {
        return id.isPresent() || otherwise >= tokens.length ? id : OptionalInt.of(otherwise);
    }

    private String template(boolean addsBos) {
        return BpeJson.template(
                beside("bos", bos, vocabulary.truth("add_bos_token", addsBos)),
                beside("eos", eos, vocabulary.truth("add_eos_token", false)));
    }

    private BpeJson.Added beside(String role, OptionalInt id, boolean add) {
        if (add && id.isEmpty()) {
            notes.add(
                    "The file asks for a %s token at every text but names none: none is put there."
                            .formatted(role.toUpperCase(java.util.Locale.ROOT)));
        }
        return add && id.isPresent()
                ? new BpeJson.Added(tokens[id.getAsInt()], id.getAsInt())
                : BpeJson.Added.NOTHING;
    }

    /// Tokens that are cut out of a text before anything else.
    private String added() {
        boolean phi3 = vocabulary.architecture().equals("phi3");
        var out = new StringBuilder("[");
        for (int id = 0; id < tokens.length; id++) {
            if (isSpecial(id) || types[id] == GgufVocabulary.USER_DEFINED) {
                // Phi-3 drops blanks behind the tokens of its chats, which the file cannot say
                boolean first = id < 3 || tokens[id].equals("<|endoftext|>");
                boolean dropsBlanks = phi3 && isSpecial(id) && (!first || isEos(id));
                out.append(out.length() > 1 ? "," : "");
                AddedTokens.write(out, id, tokens[id], isSpecial(id), dropsBlanks);
            }
        }
        return out.append(']').toString();
    }

    private boolean isEos(int id) {
        return eos.isPresent() && eos.getAsInt() == id;
    }

    private StringBuilder merges() {
        JsonNode list = vocabulary.value("merges");
        if (!list.isArray()) {
            throw vocabulary.bad("has no list tokenizer.ggml.merges, which a gpt2 tokenizer needs");
        }
        var out = new StringBuilder(24 * list.size() + 2).append('[');
        for (int i = 0; i < list.size(); i++) {
            String pair = list.get(i).asString("");
            int space = pair.indexOf(' ', 1);
            if (space < 0 || space == pair.length() - 1) {
                throw vocabulary.bad(
                        "has %s as merge %d: expected two tokens with a space between them"
                                .formatted(list.get(i), i));
            }
            BpeJson.merge(out, pair.substring(0, space), pair.substring(space + 1));
        }
        return out.append(']');
    }
}
