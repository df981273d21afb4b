package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class PackingTest {
    /// What the two libraries made of the same texts (`make.py` beside the file).
    @TestFactory
    Stream<DynamicTest> packsAsTheLibrariesDo() throws IOException {
        JsonNode cases;
        try (InputStream in = PackingTest.class.getResourceAsStream("packed.json")) {
            cases = Json.LENIENT.readTree(Objects.requireNonNull(in).readAllBytes());
        }
        assertThat(cases.size()).isEqualTo(19);
        return cases.valueStream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                "%s %s %d"
                                        .formatted(
                                                c.path("rule").asString(),
                                                c.path("separator").asString(),
                                                c.path("context").asInt()),
                                () -> check(c)));
    }

    private static void check(JsonNode recorded) {
        List<String> texts =
                IntStream.range(0, recorded.path("texts").asInt())
                        .mapToObj(i -> String.valueOf((char) ('a' + i % 26)).repeat(i * i % 7 + 1))
                        .toList();
        var rule =
                new ContextRule(
                        ContextRule.parseKind(recorded.path("rule").asString()),
                        ContextRule.parseSeparator(recorded.path("separator").asString()));
        var runner = new FakeRunner(recorded.path("adds_bos").asBoolean());
        List<String> contexts =
                contexts(runner, rule, recorded.path("context").asInt(), texts, Place.START)
                        .stream()
                        .map(PackingTest::text)
                        .filter(text -> !text.isEmpty())
                        .toList();
        List<String> expected =
                recorded.path("contexts").valueStream().map(JsonNode::asString).toList();
        assertThat(contexts).isEqualTo(expected);
    }

    @Test
    void aStreamSeparatesDocumentsAndKeepsTheLastContext() {
        assertThat(texts(true, ContextRule.of(ContextRule.Kind.STREAM), 6, "abc", "de", "fghijkl"))
                .containsExactly("\u0001$abc$", "\u0001de$fg", "\u0001hijkl");
        assertThat(
                        texts(
                                false,
                                new ContextRule(
                                        ContextRule.Kind.STREAM, ContextRule.Separator.NONE),
                                4,
                                "abc",
                                "de"))
                .containsExactly("abcd", "e");
        assertThat(
                        texts(
                                true,
                                new ContextRule(ContextRule.Kind.STREAM, ContextRule.Separator.BOS),
                                4,
                                "ab",
                                "c"))
                .as("no two BOS")
                .containsExactly("\u0001ab\u0001", "\u0001c");
    }

    @Test
    void truncationKeepsTheBeginningAndCountsTheRest() {
        List<Context> contexts =
                contexts(
                        new FakeRunner(true),
                        ContextRule.TRUNCATE,
                        4,
                        List.of("abcdef", "g"),
                        Place.START);
        assertThat(contexts.stream().map(PackingTest::text))
                .containsExactly("\u0001abc", "\u0001g");
        assertThat(contexts.getFirst().counts()).isEqualTo(new Context.Counts(1, 0, 0, 3));
    }

    @Test
    void aConversationsOwnBosIsNotDoubled() {
        assertThat(texts(true, ContextRule.SPLIT, 8, "\u0001ab")).containsExactly("\u0001ab");
    }

    @Test
    void losesNoTokenAndRemembersWhereEachComesFrom() {
        Gen.forAll(
                200,
                random -> {
                    List<String> texts = randomTexts(random);
                    boolean bos = random.nextBoolean();
                    for (ContextRule rule : rules()) {
                        int size = 2 + random.nextInt(15);
                        List<Context> contexts =
                                contexts(new FakeRunner(bos), rule, size, texts, Place.START);
                        requireEveryToken(rule, texts, contexts);
                    }
                });
    }

    private static void requireEveryToken(
            ContextRule rule, List<String> texts, List<Context> contexts) {
        StringBuilder[] found = new StringBuilder[texts.size()];
        int dropped = 0;
        int documents = 0;
        for (Context context : contexts) {
            dropped += context.counts().dropped();
            documents += context.counts().documents();
            for (int i = 0; i < context.tokens().length; i++) {
                int number = context.document()[i];
                if (context.tokens()[i] >= 'a') {
                    found[number] = found[number] == null ? new StringBuilder() : found[number];
                    found[number].append((char) context.tokens()[i]);
                }
            }
        }
        assertThat(documents).isEqualTo(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String text = found[i] == null ? "" : found[i].toString();
            if (dropped == 0) {
                assertThat(text).as("%s, document %d", rule, i).isEqualTo(texts.get(i));
            } else {
                assertThat(texts.get(i)).as("%s, document %d", rule, i).startsWith(text);
            }
        }
    }

    @Test
    void goesOnAtTheStartOfAnyContext() {
        Gen.forAll(
                100,
                random -> {
                    List<String> texts = randomTexts(random);
                    boolean bos = random.nextBoolean();
                    for (ContextRule rule : rules()) {
                        int size = 2 + random.nextInt(15);
                        List<Context> all =
                                contexts(new FakeRunner(bos), rule, size, texts, Place.START);
                        int begin = random.nextInt(all.size());
                        List<Context> rest =
                                contexts(
                                        new FakeRunner(bos),
                                        rule,
                                        size,
                                        texts,
                                        all.get(begin).start());
                        assertThat(rest)
                                .as("%s from %s", rule, all.get(begin).start())
                                .usingRecursiveComparison()
                                .isEqualTo(all.subList(begin, all.size()));
                    }
                });
    }

    @Test
    void refusesRulesThatCannotBe() {
        assertThatThrownBy(() -> new ContextRule(ContextRule.Kind.SPLIT, ContextRule.Separator.EOS))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("it goes with packing");
        assertThatThrownBy(() -> ContextRule.parseKind("tight"))
                .hasMessage(
                        "packing 'tight' is not known: give split, truncate, stream, saelens, sparsify");
        assertThatThrownBy(() -> ContextRule.parseSeparator("nl"))
                .hasMessage("separator 'nl' is not known: give none, eos, bos");
    }

    private static List<ContextRule> rules() {
        List<ContextRule> rules = new ArrayList<>(List.of(ContextRule.SPLIT, ContextRule.TRUNCATE));
        for (var kind :
                List.of(
                        ContextRule.Kind.STREAM,
                        ContextRule.Kind.SAELENS,
                        ContextRule.Kind.SPARSIFY)) {
            for (var separator : ContextRule.Separator.values()) {
                rules.add(new ContextRule(kind, separator));
            }
        }
        return rules;
    }

    private static List<String> randomTexts(SplittableRandom random) {
        return IntStream.range(0, 1 + random.nextInt(30))
                .mapToObj(i -> {
                    var text = new StringBuilder();
                    int n = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 12);
                    for (int j = 0; j < n; j++) {
                        text.append((char) ('a' + random.nextInt(26)));
                    }
                    return text.toString();
                })
                .toList();
    }

    private static List<String> texts(boolean bos, ContextRule rule, int size, String... texts) {
        return contexts(new FakeRunner(bos), rule, size, List.of(texts), Place.START).stream()
                .map(PackingTest::text)
                .toList();
    }

    private static String text(Context context) {
        return new String(context.tokens(), 0, context.tokens().length);
    }

    private static List<Context> contexts(
            FakeRunner runner, ContextRule rule, int size, List<String> texts, Place start) {
        var options =
                new HarvestOptions(Hook.residPost(1), 1, size, rule, Exclusion.NONE, DType.F32, 1);
        List<Context> contexts = new ArrayList<>();
        var batches =
                new ContextBatches(
                        TextSource.of("test", texts).documents(start.document()).iterator(),
                        runner,
                        options,
                        start);
        batches.forEachRemaining(contexts::addAll);
        return contexts;
    }
}
