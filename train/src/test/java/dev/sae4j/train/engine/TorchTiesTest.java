package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What `torch.topk` of torch 2.12 takes on a CPU from rows that are mostly zeros.
class TorchTiesTest {
    /// A row with 1, 2, ... at some places, in this order.
    private static int[] kept(int n, int k, int... positive) {
        float[] row = new float[n];
        for (int i = 0; i < positive.length; i++) {
            row[positive[i]] = i + 1;
        }
        float[] before = row.clone();
        int[] kept = TorchTies.kept(row, k);
        assertThat(row).as("the row itself").isEqualTo(before);
        Arrays.sort(kept);
        return kept;
    }

    @Test
    void takesTheZerosThatTorchTakes() {
        assertThat(kept(12, 4, 1, 4)).containsExactly(1, 4, 9, 11);
        assertThat(kept(40, 8, 9, 23, 39, 7)).containsExactly(7, 9, 22, 23, 27, 28, 29, 39);
        assertThat(kept(64, 16, 60, 13, 2, 11, 25, 29, 55, 57))
                .containsExactly(2, 11, 13, 25, 29, 36, 37, 42, 43, 44, 45, 46, 50, 55, 57, 60);
        assertThat(kept(100, 30, 99, 20, 14, 47, 98, 93, 34, 17, 35, 75, 57, 24, 73, 26, 64))
                .containsExactly(
                        14, 17, 20, 24, 26, 34, 35, 47, 50, 55, 56, 57, 58, 59, 60, 62, 64, 65, 66,
                        67, 68, 69, 70, 71, 72, 73, 75, 93, 98, 99);
        assertThat(kept(100, 2, 12)).containsExactly(12, 66);
    }

    @Test
    void keepsAllWhenThereAreNoMore() {
        assertThat(kept(5, 5, 3)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void appliesOnlyToAKOfMoreThanASixtyFourth() {
        assertThat(TorchTies.applies(1, 64)).isFalse();
        assertThat(TorchTies.applies(1, 63)).isTrue();
        assertThat(TorchTies.applies(40_000_000, 2_000_000_000)).isTrue();
    }
}
