package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanTest {
    @ParameterizedTest
    @CsvSource({
        "1000, 1000, 64000, 1000",
        "2k steps, 2000, 128000, 2000",
        "10M tokens, 156250, 10000000, 10M tokens",
        "1500 tokens, 23, 1500, 1500 tokens",
        "20%, 100, 6400, 20%",
        "12.5 %, 63, 4000, 12.5%",
        "1e-3 steps, 0, 0, 0.001",
        "10% at most 100, 50, 3200, 10% at most 100",
        "90% at most 100, 100, 6400, 90% at most 100",
        "10% at most 1k tokens, 16, 1000, 10% at most 1000 tokens",
    })
    void countsStepsAndTokensOf500StepsOf64(String text, long steps, long tokens, String printed) {
        Span span = Span.parse(text);
        assertThat(span.steps(500, 64)).isEqualTo(steps);
        assertThat(span.tokens(500, 64)).isEqualTo(tokens);
        assertThat(span).hasToString(printed);
        assertThat(Span.parse(span.toString())).isEqualTo(span);
    }

    @ParameterizedTest
    @CsvSource({
        "soon, is no span of a run",
        "-1, is no span of a run",
        "5k%, is no span of a run",
        "101%, expected at most 100 %",
        "10% at most, is no span of a run",
        "10% at most 5 at most 3, a span has one limit",
    })
    void refuses(String text, String message) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }
}
