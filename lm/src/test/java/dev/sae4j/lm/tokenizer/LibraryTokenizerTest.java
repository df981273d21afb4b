package dev.sae4j.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LibraryTokenizerTest {
    /// Every character is a token; what is none is token 1.
    private static final String LETTERS =
            "{\"model\":{\"type\":\"BPE\",\"unk_token\":\"?\",\"vocab\":{\"a\":0,\"?\":1,\"\uFFFD\":2,\"😀\":3},\"merges\":[]}}";

    @Test
    void halvesOfCharactersCountAsOneUnit() {
        try (var library = LibraryTokenizer.of(LETTERS)) {
            Pieces pieces = library.encode("a\uD83Da\uDE00😀a\uD83D", false);
            assertThat(pieces.ids()).containsExactly(0, 2, 0, 2, 3, 0, 2);
            assertThat(pieces.start()).containsExactly(0, 1, 2, 3, 4, 6, 7);
            assertThat(pieces.end()).containsExactly(1, 2, 3, 4, 6, 7, 8);
        }
    }

    @Test
    void mayNotBeUsedOnceClosed() {
        var library = LibraryTokenizer.of(LETTERS);
        library.close();
        library.close();
        assertThatThrownBy(() -> library.encode("a", false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the tokenizer is closed");
    }

    @Test
    void refusesIdsBelowZero() {
        try (var library = LibraryTokenizer.of(LETTERS)) {
            assertThatThrownBy(() -> library.decode(new int[] {0, -1}, true))
                    .hasMessageContaining("got -1");
            assertThat(library.decode(new int[] {0, 99, 3}, true)).isEqualTo("a 😀");
        }
    }
}
