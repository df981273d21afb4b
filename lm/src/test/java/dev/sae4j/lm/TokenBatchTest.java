package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBatchTest {
    @Test
    void putsSequencesEndToEndAndCountsPositionsInEach() {
        var batch = TokenBatch.of(List.of(new int[] {5, 6, 7}, new int[0], new int[] {8, 9}));
        assertThat(batch.tokens()).containsExactly(5, 6, 7, 8, 9);
        assertThat(batch.starts()).containsExactly(0, 3, 3, 5);
        assertThat(batch.sequences()).isEqualTo(3);
        assertThat(batch.tokenCount()).isEqualTo(5);
        assertThat(batch.length(1)).isZero();
        assertThat(batch.positions()).containsExactly(0, 1, 2, 0, 1);
    }

    @Test
    void refusesStartsThatDoNotFitTheTokens() {
        assertThatThrownBy(() -> new TokenBatch(new int[2], new int[] {0, 1}))
                .hasMessageContaining("end with the 2 tokens");
        assertThatThrownBy(() -> new TokenBatch(new int[2], new int[] {0, 2, 1, 2}))
                .hasMessageContaining("must not fall");
        assertThatThrownBy(() -> new TokenBatch(new int[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
