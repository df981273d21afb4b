package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTokensTest {
    @TempDir Path folder;
    private Path tokenizer;

    @BeforeEach
    void tokenizer() throws IOException {
        Path model = Fixtures.root().resolve("models/llama");
        tokenizer = Files.copy(model.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    }

    private void write(String name, String json) throws IOException {
        Files.writeString(folder.resolve(name), json);
    }

    private Iterable<Integer> stops() {
        try (var opened = Tokenizer.open(tokenizer)) {
            return StopTokens.read(folder, opened);
        }
    }

    @Test
    void takesOneIdOrAListAndTheTokenizersOwn() throws IOException {
        assertThat(stops()).isEmpty();
        write("config.json", "{\"eos_token_id\": 2}");
        assertThat(stops()).containsExactly(2);
        write("generation_config.json", "{\"eos_token_id\": [4, 6]}");
        assertThat(stops()).containsExactlyInAnyOrder(4, 6);
        write("tokenizer_config.json", "{\"eos_token\": \"<|endoftext|>\"}");
        assertThat(stops()).containsExactlyInAnyOrder(0, 4, 6);
    }

    @Test
    void looksFurtherWhereAFileSaysNothing() throws IOException {
        write("generation_config.json", "{\"eos_token_id\": null}");
        write("config.json", "{\"eos_token_id\": 3}");
        assertThat(stops()).containsExactly(3);
    }

    @Test
    void refusesWhatIsNoId() throws IOException {
        write("generation_config.json", "{\"eos_token_id\": [\"end\"]}");
        assertThatThrownBy(this::stops)
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "generation_config.json] eos_token_id is \"end\": expected a token id or a list of them");
    }
}
