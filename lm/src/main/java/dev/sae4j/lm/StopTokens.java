package dev.sae4j.lm;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Which tokens end what a model writes: `eos_token_id` of `generation_config.json`, else of
/// `config.json`; one id or a list. The token that ends a text by the tokenizer's files is always one
/// of them.
final class StopTokens {
    private static final List<String> FILES = List.of("generation_config.json", "config.json");
    private static final String KEY = "eos_token_id";

    private StopTokens() {}

    static Set<Integer> read(Path folder, Tokenizer tokenizer) {
        Set<Integer> all = new TreeSet<>();
        tokenizer.eos().ifPresent(all::add);
        for (String name : FILES) {
            Path file = folder.resolve(name);
            JsonNode ids =
                    Files.isRegularFile(file)
                            ? Json.readObject(file).path(KEY)
                            : Json.LENIENT.missingNode();
            if (ids.isMissingNode() || ids.isNull()) {
                continue;
            }
            if (ids.isArray()) {
                ids.forEach(id -> all.add(id(file, id)));
            } else {
                all.add(id(file, ids));
            }
            break;
        }
        return Set.copyOf(all);
    }

    private static int id(Path file, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw Sae4jException.in(
                    file, "%s is %s: expected a token id or a list of them".formatted(KEY, node));
        }
        return node.asInt();
    }
}
