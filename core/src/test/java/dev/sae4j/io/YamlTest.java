package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {
    @TempDir Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("conf.yaml"), text);
    }

    @Test
    void typesValuesAsJsonDoes() throws IOException {
        var node =
                Yaml.readObject(
                        file(
                                """
                                llm: {dimin: 20}
                                sae:
                                  scaling_factor: 0.7
                                  lr: 1.0e-05
                                  tied_weights: true
                                  none: null
                                  day: 2024-01-01
                                  list: [1, two]
                                12: &a [3]
                                again: *a
                                """));
        assertThat(node)
                .hasToString(
                        "{\"llm\":{\"dimin\":20},\"sae\":{\"scaling_factor\":0.7,\"lr\":1.0E-5,"
                                + "\"tied_weights\":true,\"none\":null,\"day\":\"2024-01-01\",\"list\":[1,\"two\"]},"
                                + "\"12\":[3],\"again\":[3]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: !!python/object/apply:os.system ['x'] | has the tag 'tag:yaml.org,2002:python/object/apply:os.system': types are not built from YAML",
                "a: !!int 3 | has the tag 'tag:yaml.org,2002:int'",
                "[1, 2] | is not a YAML mapping",
                "'' | is not a YAML mapping",
                "a: {b: | is not YAML: ",
                "{a: 1, a: 2} | is not YAML: ",
                "a: *b | is not YAML: ",
                "a: &a [*a] | contains itself, or nests deeper than 64 levels",
                "{a: &a [1], b: [*a, *a, *a, *a, *a, *a, *a, *a, *a]} | has more than 8 aliases",
            })
    void refuses(String text, String message) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> Yaml.readObject(file))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("conf.yaml] " + message);
    }

    @Test
    void refusesWhatIsTooDeepOrTooLong() throws IOException {
        assertRefused("a: " + "[".repeat(500_000), "nests deeper than 64 levels");
        assertRefused("- ".repeat(400_000), "nests deeper than 64 levels");
        assertRefused("a: " + "9".repeat(100_000), "has a value of 100000 characters");
        assertRefused("a: 1\n".repeat(300_000), "end at 1 MiB");
    }

    private void assertRefused(String text, String message) throws IOException {
        Path file = file(text);
        long start = System.nanoTime();
        assertThatThrownBy(() -> Yaml.readObject(file))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
        assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(1);
    }
}
