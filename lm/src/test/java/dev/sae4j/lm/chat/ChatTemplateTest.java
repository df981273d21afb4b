package dev.sae4j.lm.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

class ChatTemplateTest {
    private static final Map<String, String> TOKENS =
            Map.of("bos_token", "<s>", "eos_token", "</s>");

    @TempDir Path dir;

    /// What transformers made of the same templates and conversations (`make.py` beside the file).
    @TestFactory
    Stream<DynamicTest> rendersAsTransformersDoes() throws IOException {
        JsonNode cases;
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("rendered.json")) {
            cases = Json.LENIENT.readTree(Objects.requireNonNull(in).readAllBytes());
        }
        assertThat(cases.size()).isGreaterThan(40);
        return cases.valueStream()
                .map(c -> DynamicTest.dynamicTest(c.path("name").asString(), () -> check(c)));
    }

    private static void check(JsonNode recorded) {
        List<Map<String, Object>> messages =
                Json.LENIENT.convertValue(recorded.path("messages"), new TypeReference<>() {});
        boolean prompt = recorded.path("generation").asBoolean();
        if (recorded.path("text").isNull()) {
            assertThatThrownBy(() ->
                            ChatTemplate.of(recorded.path("template").asString(), TOKENS)
                                    .render(messages, prompt))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining(recorded.path("error").asString());
        } else {
            String text =
                    ChatTemplate.of(recorded.path("template").asString(), TOKENS)
                            .render(messages, prompt);
            assertThat(text).isEqualTo(recorded.path("text").asString());
        }
    }

    @Test
    void theDateIsTheSameEveryDayUnlessAClockIsGiven() {
        var template = ChatTemplate.of("{{ strftime_now('%d %b %Y, %A %H:%M %p %j') }}", Map.of());
        assertThat(template.render(List.of(), false)).isEqualTo("26 Jul 2024, Friday 00:00 AM 208");
        assertThat(template.at(() -> LocalDateTime.of(2026, 1, 2, 15, 4)).render(List.of(), false))
                .isEqualTo("02 Jan 2026, Friday 15:04 PM 002");
    }

    @Test
    void findsTheTemplateOfAModel() throws IOException {
        assertThat(ChatTemplate.ofFolder(dir)).isEmpty();
        Path config = dir.resolve("tokenizer_config.json");
        Files.writeString(
                config,
                "{\"bos_token\": {\"content\": \"<b>\"}, \"chat_template\": \"{{ bos_token }}1\"}");
        assertThat(ChatTemplate.ofFolder(dir).orElseThrow().render(List.of(), false))
                .isEqualTo("<b>1");
        Files.writeString(
                config,
                "{\"chat_template\": [{\"name\": \"tool\", \"template\": \"2\"}, {\"name\": \"default\", \"template\": \"3\"}]}");
        assertThat(ChatTemplate.ofFolder(dir).orElseThrow().render(List.of(), false))
                .isEqualTo("3");
        Files.writeString(dir.resolve("chat_template.jinja"), "4\n");
        assertThat(ChatTemplate.ofFolder(dir).orElseThrow().render(List.of(), false))
                .isEqualTo("4");
        Files.writeString(dir.resolve("chat_template.jinja"), "\n{% if %}");
        ChatTemplate broken = ChatTemplate.ofFolder(dir).orElseThrow();
        assertThatThrownBy(() -> broken.render(List.of(), false))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "chat_template.jinja] line 2 of the chat template: found %}, expected a value");
    }

    @Test
    void findsTheTemplateOfAProcessor() throws IOException {
        Files.writeString(dir.resolve("tokenizer_config.json"), "{\"chat_template\": \"1\"}");
        Files.writeString(dir.resolve("chat_template.json"), "{\"chat_template\": \"2\"}");
        assertThat(ChatTemplate.ofModel(dir).orElseThrow().render(List.of(), false)).isEqualTo("2");
        Files.writeString(dir.resolve("chat_template.json"), "{}");
        assertThat(ChatTemplate.ofModel(dir).orElseThrow().render(List.of(), false)).isEqualTo("1");
    }

    @Test
    void findsTheTemplateOfAGgufFileAndItsTokens() {
        var values = Json.LENIENT.createObjectNode();
        assertThat(ChatTemplate.ofGguf(Path.of("m.gguf"), values)).isEmpty();
        values.put("tokenizer.chat_template", "{{ bos_token }}{{ eos_token }}{{ unk_token }}");
        values.putArray("tokenizer.ggml.tokens").add("a").add("<s>").add("<u>");
        values.put("tokenizer.ggml.bos_token_id", 1);
        values.put("tokenizer.ggml.eos_token_id", 7);
        values.put("tokenizer.ggml.unknown_token_id", 2);
        assertThat(
                        ChatTemplate.ofGguf(Path.of("m.gguf"), values)
                                .orElseThrow()
                                .render(List.of(), false))
                .isEqualTo("<s><u>");
        values.put("tokenizer.chat_template", "{% for %}");
        ChatTemplate broken = ChatTemplate.ofGguf(Path.of("m.gguf"), values).orElseThrow();
        assertThatThrownBy(() -> broken.render(List.of(), false))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("[m.gguf] line 1 of the chat template");
    }

    /// As Jinja does it: a round that is cut short does not count.
    @Test
    void elseOfALoopIsForLoopsWithoutAWholeRound() {
        String template =
                "{% for m in [1, 2] %}{% if cut %}{% continue %}{% endif %}a{% else %}none{% endfor %}";
        assertThat(ChatTemplate.of(template, Map.of()).render(List.of(), false)).isEqualTo("aa");
        assertThat(ChatTemplate.of(template, Map.of("cut", "x")).render(List.of(), false))
                .isEqualTo("none");
        assertThat(
                        ChatTemplate.of(template.replace("continue", "break"), Map.of("cut", "x"))
                                .render(List.of(), false))
                .isEqualTo("none");
    }

    @Test
    void saysWhatItCannotRead() {
        refuses("{% include 'x' %}", "line 1 of the chat template: tag 'include' is not supported");
        refuses("{% for x in y %}", "found the end, expected {% ");
        refuses("a\n{{ x", "line 2 of the chat template: a tag has no end: expected }}");
        refuses("{{ 'x }}", "a string has no end");
        refuses("{# x", "the comment has no end");
        refuses("{{ x ? y }}", "unexpected character '?'");
        refuses("{% break %}", "break outside of a loop");
        refuses("{{ messages | sparkle }}", "filter 'sparkle' is not known");
        refuses("{{ messages is pretty }}", "test 'pretty' is not known");
        refuses("{{ messages.nothing.more }}", "an undefined value has no field 'more'");
        refuses("{{ nothing() }}", "'nothing' is not a function");
        refuses("{{ 'a' + 1 }}", "'+' does not go with a string and a whole number");
        refuses("{{ 1 // 0 }}", "zero");
        refuses("{{ range(10 ** 9) }}", "range is limited");
    }

    @Test
    void aHostileTemplateComesToAnEnd() {
        refuses("{{ " + "(".repeat(5_000) + ")".repeat(5_000) + " }}", "nested too deep");
        refuses("{{ " + "not ".repeat(50_000) + "1 }}", "nested too deep");
        refuses("{{ 1" + " + 1".repeat(200_000) + " }}", "nested too deep");
        refuses("{{ " + "-".repeat(5_000) + "1 }}", "nested too deep");
        refuses("{% if 1 %}".repeat(5_000), "nested too deep");
        refuses(
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "macros call each other too deep");
        refuses("{{ 'x' * 10 ** 12 }}", "longer than 64 MiB");
        refuses(
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "does not come to an end");
        refuses(
                "{% set ns = namespace(x='xxxxxxxxxx') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "longer than 64 MiB");
        refuses("{{ ''.__class__ }}{{ ''.__class__.__mro__ }}", "has no field '__mro__'");
    }

    private static void refuses(String template, String message) {
        assertThatThrownBy(() -> ChatTemplate.of(template, TOKENS).render(List.of(), false))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining(message);
    }
}
