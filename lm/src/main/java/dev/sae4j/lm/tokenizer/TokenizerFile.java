package dev.sae4j.lm.tokenizer;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads `tokenizer.json`: `model.vocab` (an object from text to id, or a list of pairs whose place
/// is the id) and `added_tokens` (objects with `id`, `content`, `special`). The rest is the
/// library's business.
final class TokenizerFile {
    private static final long MAX_BYTES = 128L << 20;

    private final Path file;
    private final byte[] bytes;
    private int vocabFrom = -1;
    private int vocabTo;
    private int addedFrom = -1;
    private int addedTo;
    private int size;
    private @Nullable JsonNode vocab; // read when first needed, which is rare

    private TokenizerFile(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static TokenizerSource read(Path file) {
        try {
            long length = Files.size(file);
            if (length > MAX_BYTES) {
                throw Sae4jException.in(
                        file, "is %d bytes long: tokenizers end at 128 MiB".formatted(length));
            }
            return of(file, Files.readAllBytes(file), NamedTokens.beside(file));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// @param bytes the text of a `tokenizer.json`, which need not be a file
    static TokenizerSource of(Path file, byte[] bytes, NamedTokens named) {
        var parts = new TokenizerFile(file, bytes);
        parts.find();
        var added = new AddedTokens(file, parts.slice(parts.addedFrom, parts.addedTo));
        added.join(named, parts::id);
        int size = Math.max(parts.size, added.size());
        Set<Integer> ends = new HashSet<>(NamedTokens.ends(file));
        var eos = added.named(named, "eos_token");
        ends.removeIf(id -> id >= size);
        if (ends.isEmpty() && eos.isPresent()) {
            ends.add(eos.getAsInt());
        }
        var vocabulary =
                new Vocabulary(size, added.special(), added.named(named, "bos_token"), eos, ends);
        return new TokenizerSource(file, parts.json(added), vocabulary, List.of());
    }

    private void find() {
        var scan = new JsonScan(bytes);
        try {
            members(scan, false);
        } catch (IllegalArgumentException e) {
            Json.readObject(file); // says it better
            throw Sae4jException.in(file, "is not JSON: " + e.getMessage(), e);
        }
        if (vocabFrom < 0) {
            throw Sae4jException.in(
                    file,
                    "has no model.vocab: expected a tokenizer.json of Hugging Face tokenizers");
        }
    }

    private void members(JsonScan scan, boolean inModel) {
        scan.need('{');
        if (scan.take('}')) {
            return;
        }
        do {
            String key = scan.key();
            int from = scan.at();
            boolean object = scan.peek() == '{';
            if (!inModel && key.equals("model") && object) {
                members(scan, true);
            } else if (inModel && key.equals("vocab") && (object || scan.peek() == '[')) {
                vocabFrom = from;
                size = object ? ids(scan) : count(scan);
                vocabTo = scan.at();
            } else {
                scan.value();
                if (!inModel && key.equals("added_tokens")) {
                    addedFrom = from;
                    addedTo = scan.at();
                }
            }
        } while (scan.take(','));
        scan.need('}');
    }

    private int ids(JsonScan scan) {
        scan.need('{');
        int largest = -1;
        if (!scan.take('}')) {
            do {
                int from = scan.at();
                scan.string();
                scan.need(':');
                int id = scan.whole();
                if (id < 0 || id > Vocabulary.MAX_ID) {
                    int to = scan.at();
                    String entry = new String(bytes, from, to - from, StandardCharsets.UTF_8);
                    throw badId(file, entry);
                }
                largest = Math.max(largest, id);
            } while (scan.take(','));
            scan.need('}');
        }
        return largest + 1;
    }

    private static int count(JsonScan scan) {
        scan.need('[');
        int count = 0;
        if (!scan.take(']')) {
            do {
                scan.value();
                count++;
            } while (scan.take(','));
            scan.need(']');
        }
        return count;
    }

    static Sae4jException badId(Path file, String entry) {
        return Sae4jException.in(
                file,
                "has the token %s: expected an id from 0 to %d"
                        .formatted(entry, Vocabulary.MAX_ID));
    }

    private JsonNode id(String text) {
        JsonNode known = vocab;
        if (known == null) {
            known = slice(vocabFrom, vocabTo);
            vocab = known;
        }
        return known.path(text);
    }

    private JsonNode slice(int from, int to) {
        if (from < 0) {
            return Json.LENIENT.createArrayNode();
        }
        try {
            return Json.LENIENT.readTree(bytes, from, to - from);
        } catch (JacksonException e) {
            throw Sae4jException.in(file, "is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// The whole text, with the added tokens as they are now.
    private String json(AddedTokens added) {
        if (!added.changed()) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (addedFrom < 0) {
            String rest = new String(bytes, StandardCharsets.UTF_8);
            return "{\"added_tokens\":"
                    + added.json()
                    + ","
                    + rest.substring(rest.indexOf('{') + 1);
        }
        return new String(bytes, 0, addedFrom, StandardCharsets.UTF_8)
                + added.json()
                + new String(bytes, addedTo, bytes.length - addedTo, StandardCharsets.UTF_8);
    }
}
