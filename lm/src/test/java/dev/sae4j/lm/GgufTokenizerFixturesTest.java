package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Gguf;
import dev.sae4j.io.Json;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tokenizers from GGUF files: recorded files, and the vocabularies of all recorded
/// `tokenizer.json` put the way a GGUF file has them, which must give the recorded ids again.
@Tag("fixtures-models")
class GgufTokenizerFixturesTest {
    /// What converters write as `tokenizer.ggml.pre` for the tokenizers of these families.
    private static final Map<String, String> PRE =
            Map.of(
                    "llama", "smollm",
                    "llama3", "llama-bpe",
                    "qwen2", "qwen2",
                    "qwen3", "qwen2",
                    "gpt2", "gpt-2",
                    "gpt_neox", "olmo",
                    "olmo2", "dbrx");

    private static final Map<String, String> IDS =
            Map.of(
                    "bos_token", "bos_token_id",
                    "eos_token", "eos_token_id",
                    "unk_token", "unknown_token_id");

    @TestFactory
    Stream<DynamicTest> filesGiveTheRecordedIds() {
        List<Path> folders = new ArrayList<>();
        for (var manifest : Fixtures.manifests("manifest.json", m -> m.has("files"))) {
            for (String name : manifest.json().get("files").propertyNames()) {
                Path folder = manifest.folder().resolve(name);
                if (Files.exists(folder.resolve("tokenizer_cases.json"))) {
                    folders.add(folder);
                }
            }
        }
        assertThat(folders).isNotEmpty();
        return folders.stream()
                .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> file(f)));
    }

    private static void file(Path folder) {
        Path file = folder.resolve("model.gguf");
        try (Gguf gguf = Gguf.open(file);
                var tokenizer = Tokenizer.ofGguf(file, gguf.values())) {
            RecordedTokens.check(tokenizer, folder.resolve("tokenizer_cases.json"));
            JsonNode values = gguf.values();
            JsonNode tokens = values.get("tokenizer.ggml.tokens");
            assertThat(tokenizer.vocabularySize()).isEqualTo(tokens.size());
            assertThat(tokenizer.eos()).hasValue(values.get("tokenizer.ggml.eos_token_id").asInt());
            for (int id = 0; id < tokens.size(); id++) {
                int type = values.get("tokenizer.ggml.token_type").get(id).asInt();
                assertThat(tokenizer.isSpecial(id)).isEqualTo(Set.of(2, 3).contains(type));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> twinsOfTokenizerFilesGiveTheRecordedIds() {
        List<FamilyCase> cases =
                FamilyCase.all().stream()
                        .filter(c -> c.has("tokenizer_cases.json"))
                        .filter(c -> values(c).isPresent())
                        .toList();
        assertThat(cases).isNotEmpty();
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> twin(c)));
    }

    private static void twin(FamilyCase c) {
        ObjectNode values = values(c).orElseThrow();
        try (var tokenizer = Tokenizer.ofGguf(c.folder().resolve("twin.gguf"), values);
                var original = Tokenizer.open(c.folder().resolve("tokenizer.json"))) {
            RecordedTokens.check(tokenizer, c.folder().resolve("tokenizer_cases.json"));
            assertThat(tokenizer.bos()).isEqualTo(original.bos());
            assertThat(tokenizer.eos()).isEqualTo(original.eos());
            assertThat(tokenizer.notes()).isEmpty();
            for (int id = 0; id < original.vocabularySize(); id++) {
                assertThat(tokenizer.isSpecial(id)).isEqualTo(original.isSpecial(id));
                assertThat(tokenizer.token(id)).isEqualTo(original.token(id));
            }
        }
    }

    /// The key-values of a GGUF file with the same vocabulary; none for kinds that it cannot say
    /// (Mistral's puts a space only before texts that have none).
    private static Optional<ObjectNode> values(FamilyCase c) {
        JsonNode root = Json.readObject(c.folder().resolve("tokenizer.json"));
        boolean pieces = root.get("model").get("byte_fallback").asBoolean();
        String pre = PRE.get(c.folder().getFileName().toString());
        String words = root.path("pre_tokenizer").path("type").asString("");
        if (pieces ? words.equals("Metaspace") : pre == null) {
            return Optional.empty();
        }
        var values = JsonNodeFactory.instance.objectNode();
        values.put("general.architecture", c.modelType().startsWith("gemma") ? "gemma2" : "llama");
        values.put("tokenizer.ggml.model", pieces ? "llama" : "gpt2");
        values.put("tokenizer.ggml.pre", pieces ? "default" : pre);
        boolean prefix = root.path("normalizer").toString().contains("Prepend");
        values.put("tokenizer.ggml.add_space_prefix", prefix);
        values.put("tokenizer.ggml.add_bos_token", c.json().get("adds_bos").asBoolean());
        tokens(root, values, pieces);
        JsonNode config = Json.readObject(c.folder().resolve("tokenizer_config.json"));
        IDS.forEach((role, key) ->
                root.get("added_tokens")
                        .valueStream()
                        .filter(t -> t.get("content").equals(config.path(role)))
                        .forEach(t -> values.set("tokenizer.ggml." + key, t.get("id"))));
        return Optional.of(values);
    }

    private static void tokens(JsonNode root, ObjectNode values, boolean pieces) {
        Map<Integer, String> byId = new TreeMap<>();
        Map<Integer, Integer> types = new HashMap<>();
        root.get("model").get("vocab").forEachEntry((text, id) -> byId.put(id.asInt(), text));
        for (JsonNode token : root.get("added_tokens")) {
            byId.put(token.get("id").asInt(), token.get("content").asString());
            boolean special = token.get("special").asBoolean();
            boolean unknown = token.get("content").asString().equals("<unk>");
            types.put(token.get("id").asInt(), unknown ? 2 : special ? 3 : 4);
        }
        ArrayNode merges = values.putArray("tokenizer.ggml.merges");
        Map<String, Integer> ranks = new HashMap<>();
        for (JsonNode merge : root.get("model").get("merges")) {
            String left = merge.get(0).asString();
            String right = merge.get(1).asString();
            ranks.putIfAbsent(left + right, -merges.size());
            merges.add(left + " " + right);
        }
        ArrayNode tokens = values.putArray("tokenizer.ggml.tokens");
        ArrayNode kinds = values.putArray("tokenizer.ggml.token_type");
        ArrayNode scores = values.putArray("tokenizer.ggml.scores");
        byId.forEach((id, text) -> {
            tokens.add(text);
            kinds.add(types.getOrDefault(id, pieces && text.startsWith("<0x") ? 6 : 1));
            scores.add(ranks.getOrDefault(text, -1000));
        });
        if (pieces) {
            values.remove("tokenizer.ggml.merges");
        }
    }
}
