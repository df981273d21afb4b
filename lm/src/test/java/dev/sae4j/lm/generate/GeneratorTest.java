package dev.sae4j.lm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.generate.Generated.Ending;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final Workers WORKERS = Workers.of(2);
    private static final LanguageModel MODEL = LanguageModel.demo();
    private final Generator generator = Generator.of(MODEL, WORKERS);

    @AfterAll
    static void close() {
        MODEL.close();
        WORKERS.close();
    }

    @Test
    void takesTheLikeliestTokenOfTheWholeTextSoFar() {
        Generated made = generator.generate("a bird that", GenerateOptions.greedy(12));
        assertThat(made.tokens()).hasSizeBetween(1, 12);
        int[] text = made.prompt();
        for (int token : made.tokens()) {
            float[] logits =
                    MODEL.forward(WORKERS, TokenBatch.of(List.of(text)))
                            .logits(new int[] {text.length - 1});
            float best = Float.NEGATIVE_INFINITY;
            for (float logit : logits) {
                best = Math.max(best, logit);
            }
            assertThat(logits[token]).isGreaterThan(best - 1e-3f); // rounding of other sums
            text = Arrays.copyOf(text, text.length + 1);
            text[text.length - 1] = token;
        }
    }

    @Test
    void piecesAreTheTextAndTheTextIsWhatTheTokensAdd() {
        int[] prompt = generator.tokens("a bird that");
        List<String> pieces = new ArrayList<>();
        var options = new GenerateOptions(30, Sampling.of(1, 3), false);
        Generated made = generator.generate(prompt, options, pieces::add);
        assertThat(made.ending()).isEqualTo(Ending.MAX_TOKENS);
        assertThat(made.tokens()).hasSize(30);
        assertThat(String.join("", pieces)).isEqualTo(made.text());
        int[] all = Arrays.copyOf(prompt, prompt.length + 30);
        System.arraycopy(made.tokens(), 0, all, prompt.length, 30);
        assertThat(MODEL.tokenizer().decode(prompt) + made.text())
                .isEqualTo(MODEL.tokenizer().decode(all));
    }

    @Test
    void sameSeedSameTextOnAnyNumberOfThreads() {
        var options = GenerateOptions.greedy(20).with(Sampling.of(0.9, 11).withTopP(0.9));
        String text = generator.generate("a kind of", options).text();
        try (var alone = Workers.of(1)) {
            assertThat(Generator.of(MODEL, alone).generate("a kind of", options).text())
                    .isEqualTo(text);
        }
        assertThat(generator.generate("a kind of", options.with(Sampling.of(0.9, 12))).text())
                .isNotEqualTo(text);
    }

    @Test
    void stopsWhereTheModelEndsItsTextUnlessToldToGoOn() {
        assertThat(MODEL.stopTokens()).containsExactly(1);
        var drawn = GenerateOptions.greedy(120).with(Sampling.of(1, 4));
        Generated made = generator.generate("a bird that", drawn);
        assertThat(made.ending()).isEqualTo(Ending.END_OF_TEXT);
        assertThat(made.tokens()).doesNotContain(1);
        var further = new GenerateOptions(made.tokens().length + 3, drawn.sampling(), false);
        Generated more = generator.generate("a bird that", further);
        assertThat(more.tokens())
                .startsWith(made.tokens())
                .hasSize(made.tokens().length + 3)
                .contains(1);
    }

    @Test
    void stopsWhereTheContextIsFull() {
        int context = MODEL.spec().context();
        int[] prompt = new int[context - 3];
        Arrays.fill(prompt, 20);
        var options = new GenerateOptions(100, Sampling.GREEDY, false);
        Generated made = generator.generate(prompt, options, piece -> {});
        assertThat(made.ending()).isEqualTo(Ending.CONTEXT_FULL);
        assertThat(made.tokens()).hasSize(4); // the last one is never read
        assertThatThrownBy(() -> generator.generate(new int[context + 1], options, piece -> {}))
                .isInstanceOf(UsageException.class)
                .hasMessageMatching(
                        "the prompt has \\d+ tokens, but sae4j-demo takes at most \\d+: shorten it");
    }

    @Test
    void anInterventionActsOnPromptAndText() {
        int[] prompt = generator.tokens("a bird that");
        float[] push = new float[MODEL.spec().width()];
        Arrays.fill(push, 0.5f);
        Hook hook = Hook.residPost(1);
        List<Integer> rowsSeen = new ArrayList<>();
        Intervention watch =
                new Intervention() {
                    @Override
                    public void check(LanguageModel model) {}

                    @Override
                    public void addTo(dev.sae4j.lm.ForwardPass pass, Workers workers) {
                        pass.read(hook, (x, rows, width) -> rowsSeen.add(rows));
                    }
                };
        var options = new GenerateOptions(5, Sampling.GREEDY, false);
        var changed = generator.with(Intervention.add(hook, push, 4), watch);
        assertThat(changed.generate(prompt, options, piece -> {}).tokens())
                .isNotEqualTo(generator.generate(prompt, options, piece -> {}).tokens());
        assertThat(rowsSeen).containsExactly(prompt.length, 1, 1, 1, 1);
        var back = changed.with(Intervention.add(hook, push, -4));
        assertThat(back.generate(prompt, options, piece -> {}).tokens())
                .isEqualTo(generator.generate(prompt, options, piece -> {}).tokens());
    }

    @Test
    void anEmptyPromptIsTheBeginningOfAText() {
        assertThat(generator.tokens("")).containsExactly(0);
        assertThatThrownBy(() -> generator.generate(new int[0], GenerateOptions.greedy(3), p -> {}))
                .isInstanceOf(UsageException.class)
                .hasMessage("the prompt has no tokens: give some text");
    }

    @Test
    void refusesWhatDoesNotFitTheModel() {
        assertThatThrownBy(
                        () -> generator.with(Intervention.add(Hook.residPost(1), new float[3], 1)))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "a vector of 3 numbers cannot be added at resid_post.1: sae4j-demo has width 192 there");
        assertThatThrownBy(
                        () -> generator.with(Intervention.add(Hook.residPost(9), new float[3], 1)))
                .hasMessageContaining("hook resid_post.9: sae4j-demo has layers 0 to 3");
        assertThatThrownBy(() -> generator.chatTokens("hello"))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("sae4j-demo has no chat template");
    }
}
