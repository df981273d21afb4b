package dev.sae4j.lm.tokenizer;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Makes a tokenizer of `vocab.json` (an object from text to id) and `merges.txt` (a line `left
/// right` for each, the first line may be a comment), as older folders of GPT-2 and Qwen2 have them.
final class VocabAndMerges {
    private static final long MAX_MERGES = 64L << 20;
    private static final String END = "<|endoftext|>";

    private VocabAndMerges() {}

    static TokenizerSource read(Path vocabFile, Path mergesFile) {
        JsonNode vocab = Json.readObject(vocabFile);
        NamedTokens named = NamedTokens.beside(vocabFile);
        PreTokenizers words = PreTokenizers.named(kind(vocabFile, named)).orElseThrow();
        Map<String, String> byName = new HashMap<>(named.byName());
        for (String role : List.of("bos_token", "eos_token", "unk_token")) {
            byName.putIfAbsent(role, END); // what the class in Python has
        }
        named = new NamedTokens(byName, named.added(), named.config());
        BpeJson shape =
                ByteLevel.shape(
                        words,
                        BpeJson.template(
                                added("bos_token", named, vocab),
                                added("eos_token", named, vocab)));
        String json = shape.text("[]", vocab.toString(), merges(mergesFile));
        return TokenizerFile.of(vocabFile, json.getBytes(StandardCharsets.UTF_8), named);
    }

    /// Nothing in the two files says how to cut words; the files beside do.
    private static String kind(Path file, NamedTokens named) {
        String type = named.config().path("tokenizer_class").asString("");
        Path config = file.resolveSibling("config.json");
        if (type.isEmpty() && Files.isRegularFile(config)) {
            type = Json.readObject(config).path("model_type").asString("");
        }
        return switch (type) {
            case "GPT2Tokenizer", "GPT2TokenizerFast", "gpt2" -> "gpt-2";
            case "Qwen2Tokenizer", "Qwen2TokenizerFast", "qwen2", "qwen3" -> "qwen2";
            default ->
                    throw Sae4jException.in(
                            file.resolveSibling("tokenizer.json"),
                            "does not exist, and vocab.json and merges.txt are enough only for GPT-2 and Qwen tokenizers, not for %s: make a tokenizer.json in Python with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"
                                    .formatted(type.isEmpty() ? "one of no known class" : type));
        };
    }

    /// `add_bos_token` and `add_eos_token` are off unless said.
    private static BpeJson.Added added(String role, NamedTokens named, JsonNode vocab) {
        String text = named.text(role).orElse("");
        JsonNode id = vocab.path(text);
        return named.config().path("add_" + role).asBoolean(false) && id.isInt()
                ? new BpeJson.Added(text, id.asInt())
                : BpeJson.Added.NOTHING;
    }

    private static StringBuilder merges(Path file) {
        try {
            if (Files.size(file) > MAX_MERGES) {
                throw Sae4jException.in(file, "is longer than 64 MiB: expected a list of merges");
            }
            var out = new StringBuilder("[");
            int number = 0;
            for (String line : Files.readString(file).split("\n", -1)) {
                number++;
                String pair = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
                if (pair.isEmpty() || pair.startsWith("#version")) {
                    continue;
                }
                int space = pair.indexOf(' ');
                if (space < 1 || space == pair.length() - 1 || pair.indexOf(' ', space + 1) > 0) {
                    throw Sae4jException.in(
                            file,
                            "line %d is '%s': expected two tokens with a space between them"
                                    .formatted(number, pair));
                }
                BpeJson.merge(out, pair.substring(0, space), pair.substring(space + 1));
            }
            return out.append(']');
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
