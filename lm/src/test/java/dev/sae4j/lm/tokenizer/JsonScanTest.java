package dev.sae4j.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {
    private static JsonScan scan(String json) {
        return new JsonScan(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "-1.5e7",
                "true",
                "\"\"",
                "\"a\\\"b\\\\\"",
                "\"▁é😀\"",
                "[]",
                "[1, [2], {\"a\": \"}]\"}]",
                "{\"a\\u0022\": [{}], \"b\": null}"
            })
    void passesOverAnyValue(String json) {
        var scan = scan(" " + json + " , 7");
        scan.value();
        assertThat(scan.take(',')).isTrue();
        assertThat(scan.at()).isEqualTo(json.getBytes(StandardCharsets.UTF_8).length + 4);
    }

    @Test
    void readsKeysAndWholeNumbers() {
        var scan = scan("{ \"vocab\" : 12 }");
        scan.need('{');
        assertThat(scan.key()).isEqualTo("vocab");
        assertThat(scan.whole()).isEqualTo(12);
        scan.need('}');
        assertThat(scan.peek()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1,", "1.5,", "1e3,", "\"1\",", "null,", "99999999999,", "[1],"})
    void takesNothingElseForAWholeNumber(String json) {
        assertThat(scan(json).whole()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "{\"a\":", "\"abc", "\"abc\\\"", "[1, \"", "{\"a\": [}"})
    void refusesWhatHasNoEnd(String json) {
        var scan = scan(json);
        assertThatThrownBy(scan::value)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at byte");
    }
}
