package dev.sae4j.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerSourceTest {
    @TempDir Path dir;

    private TokenizerSource read() {
        return TokenizerSource.read(dir.resolve("tokenizer.json"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text.replace('\'', '"'));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused() {
        return assertThatThrownBy(this::read).isInstanceOf(Sae4jException.class);
    }

    private static final String THREE =
            "{'added_tokens': [{'id': 2, 'content': '<s>', 'special': true}, {'id': 1, 'content': '</s>', 'special': false}],"
                    + " 'model': {'type': 'WordLevel', 'vocab': {'a': 0, '</s>': 1, 'b \\\" }': 4}, 'unk_token': 'a'}}";

    @Test
    void specialTokensAreThoseTheFilesMark() throws IOException {
        write("tokenizer.json", THREE);
        Vocabulary plain = read().vocabulary();
        assertThat(plain.size()).isEqualTo(5);
        assertThat(plain.special()).containsOnlyKeys(2);
        assertThat(plain.eos()).isEmpty();
        write("tokenizer_config.json", "{'eos_token': {'content': '</s>'}, 'image_token': 'a'}");
        write("special_tokens_map.json", "{'bos_token': '<s>', 'eos_token': 'a'}");
        Vocabulary named = read().vocabulary();
        assertThat(named.special()).containsOnlyKeys(1, 2).containsEntry(1, "</s>");
        assertThat(named.bos()).hasValue(2);
        assertThat(named.eos()).hasValue(1);
        assertThat(named.ends()).containsExactly(1);
    }

    @Test
    void takesTokensFromTheConfigurationThatTheVocabularyHas() throws IOException {
        write("tokenizer.json", "{'model': {'vocab': {'a': 0, '<e>': 1, '<f>': 2}}}");
        write(
                "tokenizer_config.json",
                "{'added_tokens_decoder': {'1': {'content': '<e>', 'special': true}, '2': {'content': '<f>'}, '9': {'content': '<g>', 'special': true}},"
                        + " 'eos_token': '<e>', 'pad_token': '[PAD]'}");
        TokenizerSource source = read();
        assertThat(source.vocabulary().size()).isEqualTo(3);
        assertThat(source.vocabulary().special()).containsOnlyKeys(1);
        assertThat(source.json())
                .startsWith("{\"added_tokens\":[{\"id\":1,\"content\":\"<e>\"")
                .contains("\"content\":\"<f>\"")
                .doesNotContain("<g>", "PAD")
                .endsWith("'model': {'vocab': {'a': 0, '<e>': 1, '<f>': 2}}}".replace('\'', '"'));
    }

    @Test
    void generationEndsWhereItsConfigurationSays() throws IOException {
        write("tokenizer.json", THREE);
        write("tokenizer_config.json", "{'eos_token': '</s>'}");
        write("config.json", "{'text_config': {'eos_token_id': [1, 4]}}");
        assertThat(read().vocabulary().ends()).containsExactlyInAnyOrder(1, 4);
        write("generation_config.json", "{'eos_token_id': 2}");
        assertThat(read().vocabulary().ends()).containsExactly(2);
        write("generation_config.json", "{'eos_token_id': [700, -1, 'x', null]}");
        assertThat(read().vocabulary().ends()).containsExactly(1);
    }

    @Test
    void saysWhatToDoWithoutATokenizerFile() throws IOException {
        refused()
                .hasMessageContaining(
                        "tokenizer.json] does not exist: a model's tokenizer.json belongs beside its weights");
        write("tokenizer.model", "");
        refused()
                .hasMessageContaining("the tokenizer.model beside it is not read")
                .hasMessageContaining("AutoTokenizer.from_pretrained(FOLDER).save_pretrained");
        write("vocab.json", "{'a': 0}");
        write("merges.txt", "");
        refused()
                .hasMessageContaining(
                        "only for GPT-2 and Qwen tokenizers, not for one of no known");
        write("tokenizer_config.json", "{'tokenizer_class': 'CLIPTokenizer'}");
        refused().hasMessageContaining("not for CLIPTokenizer");
    }

    @Test
    void refusesMergesThatAreNone() throws IOException {
        write("vocab.json", "{'a': 0, 'b': 1, 'ab': 2}");
        write("config.json", "{'model_type': 'gpt2'}");
        write("merges.txt", "#version: 0.2\na b\nabc\n");
        refused().hasMessageContaining("merges.txt] line 3 is 'abc': expected two tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{'model': {'vocab': {'a': 0}", "nonsense", "{'a' 1}"})
    void refusesWhatIsNoJson(String text) throws IOException {
        write("tokenizer.json", text);
        refused().hasMessageMatching("\\[.*tokenizer.json] is not .*JSON.*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "99999999", "'1'", "null", "{}"})
    void refusesIdsThatAreNone(String id) throws IOException {
        write("tokenizer.json", "{'model': {'vocab': {'a': " + id + ", 'b': 1}}}");
        refused().hasMessageContaining("has the token \"a\"").hasMessageContaining("from 0 to");
        write(
                "tokenizer.json",
                "{'added_tokens': [{'content': 'x', 'id': " + id + "}], 'model': {'vocab': {}}}");
        refused().hasMessageContaining("has the token {\"content\":\"x\"");
    }
}
