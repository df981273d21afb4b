package dev.sae4j.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class GgufTokenizerTest {
    private final ObjectNode values = Json.LENIENT.createObjectNode();

    GgufTokenizerTest() {
        put("model", "'gpt2'");
        put("pre", "'gpt-2'");
        put("tokens", "['a', 'b', 'ab', '<|end|>', ' x ']");
        put("token_type", "[1, 1, 1, 3, 4]");
        put("merges", "['a b']");
    }

    private void put(String key, String json) {
        values.set("tokenizer.ggml." + key, Json.LENIENT.readTree(json.replace('\'', '"')));
    }

    private TokenizerSource read() {
        return TokenizerSource.ofGguf(Path.of("m.gguf"), values);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused() {
        return assertThatThrownBy(this::read)
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("[m.gguf] has");
    }

    private int[] ids(String text) {
        try (var library = LibraryTokenizer.of(read().json())) {
            return library.encode(text, true).ids();
        }
    }

    @Test
    void cutsOutSpecialAndUserDefinedTokensFirst() {
        assertThat(ids("ab<|end|>a x b")).containsExactly(2, 3, 0, 4, 1);
        assertThat(read().vocabulary().special()).containsOnlyKeys(3);
    }

    @Test
    void putsBosAndEosAsTheFileSays() {
        put("bos_token_id", "3");
        put("eos_token_id", "2");
        assertThat(ids("a")).containsExactly(0);
        put("add_bos_token", "true");
        assertThat(ids("a")).containsExactly(3, 0);
        put("add_eos_token", "true");
        assertThat(ids("a")).containsExactly(3, 0, 2);
        put("eos_token_id", "3");
        assertThat(ids("a")).containsExactly(3, 0, 3);
        put("add_bos_token", "false");
        assertThat(ids("a")).containsExactly(0, 3);
        assertThat(read().vocabulary().ends()).containsExactly(3);
        put("eot_token_id", "1");
        assertThat(read().vocabulary().ends()).containsExactlyInAnyOrder(1, 3);
    }

    @Test
    void notesWhatTheFileDoesNotSay() {
        values.remove("tokenizer.ggml.pre");
        put("add_bos_token", "true");
        put("bos_token_id", "77");
        assertThat(ids("ab")).containsExactly(2);
        assertThat(read().notes())
                .hasSize(2)
                .anyMatch(note -> note.contains("(tokenizer.ggml.pre): cut as 'default'"))
                .anyMatch(note -> note.contains("asks for a BOS token at every text"));
    }

    @Test
    void refusesKindsAndCutsThatAreNotKnown() {
        put("model", "'t5'");
        refused()
                .hasMessageContaining("kind 't5' (tokenizer.ggml.model): gpt2 and llama are known");
        values.remove("tokenizer.ggml.model");
        refused().hasMessageContaining("kind ''");
        put("model", "'gpt2'");
        put("pre", "'kimi-k2'");
        assertThatThrownBy(this::read)
                .hasMessageContaining("cuts words as 'kimi-k2' (tokenizer.ggml.pre)")
                .hasMessageContaining("llama-bpe");
    }

    @Test
    void refusesDamagedVocabularies() {
        put("tokens", "['a', 'b', 'a']");
        refused().hasMessageContaining("has the token 'a' twice, with ids 0 and 2");
        put("tokens", "['a', 7]");
        refused().hasMessageContaining("has 7 as token 1: expected text");
        put("tokens", "[]");
        refused().hasMessageContaining("no list tokenizer.ggml.tokens");
        put("tokens", "['a', 'b', 'ab']");
        put("token_type", "[1]");
        refused().hasMessageContaining("has 3 tokens but 1 entries in tokenizer.ggml.token_type");
        values.remove("tokenizer.ggml.token_type");
        put("merges", "['ab']");
        refused().hasMessageContaining("has \"ab\" as merge 0: expected two tokens");
        values.remove("tokenizer.ggml.merges");
        refused().hasMessageContaining("no list tokenizer.ggml.merges");
        put("model", "'llama'");
        refused().hasMessageContaining("no tokenizer.ggml.scores");
    }

    @Test
    void emptyTokensGetNames() {
        put("tokens", "['a', '', 'c', 'd', '']");
        put("merges", "[]");
        assertThat(ids("ac")).containsExactly(0, 2);
        assertThat(read().vocabulary().size()).isEqualTo(5);
    }

    @Test
    void gemmaMergesSpacesBeforeAnythingElse() {
        put("model", "'llama'");
        put("tokens", "['<pad>', '<eos>', '<bos>', '<unk>', '▁', '  ', 'a', '▁a', '   ']");
        put("token_type", "[3, 3, 3, 2, 1, 4, 1, 1, 4]");
        put("scores", "[0, 0, 0, 0, -2, -1000, -3, -1, -1000]");
        put("bos_token_id", "2");
        put("add_space_prefix", "false");
        values.put("general.architecture", "gemma3");
        assertThat(ids("  a a   a")).containsExactly(2, 5, 6, 7, 8, 6);
    }

    @Test
    void phi3DropsBlanksBehindItsOwnTokens() {
        put("model", "'llama'");
        put("tokens", "['<unk>', '<s>', '</s>', '▁', 'a', '▁a', '<|end|>', '<|endoftext|>']");
        put("token_type", "[2, 3, 3, 1, 1, 1, 3, 3]");
        put("scores", "[0, 0, 0, -2, -3, -1, 0, 0]");
        put("eos_token_id", "2");
        values.put("general.architecture", "phi3");
        assertThat(ids("a<|end|>  <|end|>")).containsExactly(1, 5, 6, 6);
        assertThat(ids("a<|endoftext|> <|end|>")).containsExactly(1, 5, 7, 3, 3, 6);
    }

    /// Each makes a tokenizer that the library takes.
    @Test
    void allKnownCutsAreWellFormed() {
        for (String name : PreTokenizers.names().split(", ", -1)) {
            put("pre", "'" + name + "'");
            put("bos_token_id", "3");
            int[] ids = ids("ab");
            assertThat(ids).as(name).endsWith(2);
        }
    }
}
