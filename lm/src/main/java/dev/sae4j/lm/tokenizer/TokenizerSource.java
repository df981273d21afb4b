package dev.sae4j.lm.tokenizer;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A tokenizer as text, wherever it came from.
///
/// @param file where it was read, for messages
/// @param json a whole `tokenizer.json`, for the library
/// @param vocabulary what else is known
/// @param notes what a user should know about it, a sentence each
public record TokenizerSource(Path file, String json, Vocabulary vocabulary, List<String> notes) {
    public TokenizerSource {
        notes = List.copyOf(notes);
    }

    /// Reads `tokenizer.json`, and beside it `tokenizer_config.json`, `special_tokens_map.json` and
    /// `generation_config.json` if they are there; or `vocab.json` and `merges.txt` in its place.
    ///
    /// @throws Sae4jException if there is nothing to make a tokenizer of, or it is damaged
    public static TokenizerSource read(Path tokenizerJson) {
        if (Files.exists(tokenizerJson)) {
            return TokenizerFile.read(tokenizerJson);
        }
        Path vocab = tokenizerJson.resolveSibling("vocab.json");
        Path merges = tokenizerJson.resolveSibling("merges.txt");
        if (Files.exists(vocab) && Files.exists(merges)) {
            return VocabAndMerges.read(vocab, merges);
        }
        for (String other : List.of("tokenizer.model", "tekken.json", "spiece.model")) {
            if (Files.exists(tokenizerJson.resolveSibling(other))) {
                throw Sae4jException.in(
                        tokenizerJson,
                        "does not exist, and the %s beside it is not read: make a tokenizer.json of it in Python with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"
                                .formatted(other));
            }
        }
        throw Sae4jException.in(
                tokenizerJson,
                "does not exist: a model's tokenizer.json belongs beside its weights");
    }

    /// The tokenizer in the key-values of a GGUF file (`tokenizer.ggml.*`).
    ///
    /// @throws Sae4jException if it has none, or one of a kind not known
    public static TokenizerSource ofGguf(Path file, JsonNode values) {
        return GgufTokenizer.read(new GgufVocabulary(file, values));
    }
}
