package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class BenchTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --shape 32x64 --k 4 --batch 64",
                "train --shape 32x64 --k 4 --batch 64 --dead 0.5",
                "encode --shape 32x64 --k 4 --batch 64",
                "lm --shape 2x8 --hook resid_post.1"
            })
    void printsTheShareOfThePeak(String what) {
        JsonNode json = bench(what + " --steps 2 --json").json();
        assertThat(json.path("peak_flops_ratio").asDouble()).isPositive();
        assertThat(json.path("tokens_per_second").asDouble()).isPositive();
        assertThat(json.path("peak_flops").asDouble()).isGreaterThan(1e8);
    }

    @Test
    void saysWhatAStepKeepsInMemory() {
        String line = "train --recipe saelens-topk --shape 32x64 --k 4 --batch 64 --steps 1 --json";
        JsonNode json = bench(line).json();
        double gradients = 2.0 * 4 * 32 * 64 / (1 << 20);
        assertThat(json.path("gradients_mib").asDouble()).isEqualTo(gradients);
        assertThat(json.path("planned_mib").asDouble())
                .isGreaterThan(json.path("weights_and_optimizer_mib").asDouble() + gradients);
    }

    @Test
    void printsATableForPeople() {
        Ran people = bench("encode --shape 32x64 --k 4 --batch 64 --steps 1").ok();
        assertThat(people.out()).contains("peak_flops_ratio", "tokens_per_second");
    }

    @Test
    void comparesTiles() {
        JsonNode json = bench("tiles --json").json();
        assertThat(json.path("tiles").size()).isGreaterThan(1);
        assertThat(json.path("peak_flops").asDouble()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    nothing                   | cannot bench 'nothing': give train, encode, lm or tiles
                    train --shape 32          | --shape '32': give two numbers such as 576x4608
                    train --shape 8x4 --k 5   | --k is 5: expected 1 to 4, the number of features
                    encode --shape 8x4 --k 0  | --k is 0: expected 1 to 4, the number of features
                    train --shape 90000x90000 | 90000 x 90000 with batch 8192 is too large
                    train --steps 0           | --steps and --batch must be positive
                    """)
    void refusesWhatCannotBeMeasured(String options, String message) {
        bench(options).failed(2, message);
    }

    private static Ran bench(String options) {
        return Ran.sae4j((Object[]) ("bench " + options).split(" ", -1));
    }
}
