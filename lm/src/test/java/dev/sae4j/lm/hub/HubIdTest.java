package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubIdTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "org/name, MODEL, org/name, '', main",
                "org/name@v1.0, MODEL, org/name, '', v1.0",
                "org/name:layer_12/params.npz, MODEL, org/name, layer_12/params.npz, main",
                "org/name:a/b@refs/pr/1, MODEL, org/name, a/b, refs/pr/1",
                "org/name:a@b/c@x, MODEL, org/name, a@b/c, x",
                "org/name:folder/, MODEL, org/name, folder, main",
                "datasets/org/name:data, DATASET, org/name, data, main",
                "hf://datasets/org/name@dev, DATASET, org/name, '', dev",
                "models/org/na.me_2-b, MODEL, org/na.me_2-b, '', main"
            })
    void readsWhatPeopleWrite(
            String text, HubKind kind, String repo, String path, String revision) {
        assertThat(HubId.parse(text)).isEqualTo(new HubId(kind, repo, path, revision));
        assertThat(HubId.parse(HubId.parse(text).toString())).isEqualTo(HubId.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "",
                "a/b/c",
                "../name",
                "org/..",
                "/org/name",
                "org/name@",
                "org/name@-x",
                "org/name@a..b",
                "org/name@refs//x",
                "org/name:../x",
                "org/name:/etc/passwd",
                "org/name:a\\b",
                "org/na me",
                "org/n\u0000",
                "./folder",
                "~/x"
            })
    void refusesWhatNamesNothing(String text) {
        assertThat(HubId.isHubId(text)).isFalse();
        assertThatThrownBy(() -> HubId.parse(text)).isInstanceOf(UsageException.class);
    }

    @Test
    void saysWhatWasExpected() {
        assertThatThrownBy(() -> HubId.parse("gemma"))
                .hasMessage(
                        "'gemma' is no name of a repository: expected ORG/NAME, such as google/gemma-2-2b");
        assertThatThrownBy(() -> HubId.parse("a/b:../c"))
                .hasMessage("'../c' is no path in a repository: it has '..' as a part");
    }
}
