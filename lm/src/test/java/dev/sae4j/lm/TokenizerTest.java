package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the wrapper adds to the library, on the tokenizer of the model that comes with the program.
class TokenizerTest {
    private static final Path FILE = DemoModel.folder().resolve("tokenizer.json");

    @Test
    void countsOffsetsInUtf16Units() {
        String text = "😀 a dog";
        try (var tokenizer = Tokenizer.open(FILE)) {
            Encoded got = tokenizer.encodePlain(text);
            int last = got.size() - 1;
            assertThat(text.substring(got.start()[last], got.end()[last])).isEqualTo(" dog");
            assertThat(got.start()[0]).isZero();
            assertThat(got.end()[0]).isEqualTo(2);
        }
    }

    @Test
    void namesTheTokensAtBothEnds() {
        try (var tokenizer = Tokenizer.open(FILE)) {
            assertThat(tokenizer.bos()).hasValue(0);
            assertThat(tokenizer.eos()).hasValue(1);
            assertThat(tokenizer.isSpecial(0)).isTrue();
            assertThat(tokenizer.isSpecial(100)).isFalse();
            Encoded got = tokenizer.encode("a dog");
            assertThat(got.ids()[0]).isZero();
            assertThat(got.start()[0]).isEqualTo(got.end()[0]);
            assertThat(tokenizer.decode(got.ids())).isEqualTo("a dog");
            assertThat(tokenizer.encode("").ids()).containsExactly(0);
        }
    }

    @Test
    void readsTokensWithTheirSpaces() {
        try (var tokenizer = Tokenizer.open(FILE)) {
            int[] ids = tokenizer.encodePlain("a dog").ids();
            assertThat(tokenizer.token(ids[ids.length - 1])).isEqualTo(" dog");
            int[] bytes = tokenizer.encodePlain("😀").ids();
            assertThat(tokenizer.token(bytes[bytes.length - 1])).contains("\uFFFD");
            assertThat(tokenizer.token(0)).isEqualTo("<|bos|>");
        }
    }

    @Test
    void takesManyTextsAtOnce() {
        List<String> texts =
                java.util.stream.IntStream.range(0, 600).mapToObj(i -> "dog " + i).toList();
        try (var tokenizer = Tokenizer.open(FILE)) {
            List<Encoded> all = tokenizer.encodeAll(texts);
            assertThat(all).hasSize(600);
            for (int i = 0; i < 600; i += 37) {
                assertThat(all.get(i).ids()).isEqualTo(tokenizer.encode(texts.get(i)).ids());
            }
        }
    }

    @Test
    void neverTruncatesOrPadsEvenIfTheFileSaysSo(@TempDir Path folder) throws IOException {
        String limited =
                Files.readString(FILE)
                        .replaceFirst(
                                "\"truncation\":\\s*null",
                                "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
                        .replaceFirst(
                                "\"padding\":\\s*null",
                                "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Right\",\"pad_to_multiple_of\":null,\"pad_id\":1,\"pad_type_id\":0,\"pad_token\":\"<|eos|>\"}");
        assertThat(limited).contains("max_length").contains("Fixed");
        Path file = Files.writeString(folder.resolve("tokenizer.json"), limited);
        String text = "the quick brown fox ".repeat(300);
        try (var tokenizer = Tokenizer.open(file);
                var plain = Tokenizer.open(FILE)) {
            assertThat(tokenizer.encode(text).ids()).isEqualTo(plain.encode(text).ids());
            assertThat(tokenizer.encode("a dog").ids()).isEqualTo(plain.encode("a dog").ids());
            assertThat(tokenizer.encodeAll(List.of("a", text)).getFirst().ids())
                    .isEqualTo(plain.encode("a").ids());
        }
    }

    @Test
    void vocabularyAndMergesWillDoForGpt2(@TempDir Path folder) throws IOException {
        Path gpt2 = Fixtures.root().resolve("models/gpt2");
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.copy(gpt2.resolve(name), folder.resolve(name));
        }
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"GPT2Tokenizer\"}");
        try (var tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
            RecordedTokens.check(tokenizer, gpt2.resolve("tokenizer_cases.json"));
            assertThat(tokenizer.bos()).isEmpty();
            int end = tokenizer.eos().orElseThrow();
            assertThat(tokenizer.isSpecial(end)).isTrue();
            assertThat(tokenizer.ends()).containsExactly(end);
            Files.writeString(
                    folder.resolve("tokenizer_config.json"),
                    "{\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": true}");
            try (var withBos = Tokenizer.open(folder.resolve("tokenizer.json"))) {
                assertThat(withBos.bos()).hasValue(end);
            }
        }
    }

    @Test
    void tellsTheChatTemplateOfItsFolder(@TempDir Path folder) throws IOException {
        Files.copy(FILE, folder.resolve("tokenizer.json"));
        try (var tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
            assertThat(tokenizer.chatTemplate()).isEmpty();
            Files.writeString(folder.resolve("chat_template.jinja"), "x");
            assertThat(tokenizer.chatTemplate().orElseThrow().render(List.of(), true))
                    .isEqualTo("x");
        }
    }
}
