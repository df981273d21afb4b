package dev.sae4j.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class DeadScoresTest {
    private final DeadScores scores = new DeadScores(6);

    /// Hands on `10·row + column` in tiles of 1 and 2 rows by 4 and 2 columns.
    private void product() {
        for (int[] tile : new int[][] {{0, 2, 0, 4}, {2, 1, 0, 4}, {0, 2, 4, 2}, {2, 1, 4, 2}}) {
            float[] sums = new float[tile[1] * 7];
            for (int r = 0; r < tile[1]; r++) {
                for (int c = 0; c < tile[3]; c++) {
                    sums[r * 7 + c] = 10 * (tile[0] + r) + tile[2] + c;
                }
            }
            scores.accept(sums, 7, tile[0], tile[1], tile[2], tile[3]);
        }
    }

    @Test
    void copiesTheCandidatesOfEveryTile() {
        scores.begin(new int[] {1, 3, 4}, 3);
        product();
        scores.end();
        assertThat(scores.width()).isEqualTo(3);
        assertThat(scores.products()).startsWith(1, 3, 4, 11, 13, 14, 21, 23, 24);
        assertThat(Objects.requireNonNull(scores.places(new int[] {1, 4}))).containsExactly(0, 2);
        assertThat(Objects.requireNonNull(scores.places(new int[0]))).isEmpty();
    }

    @Test
    void saysNothingOfFeaturesThatWereNoCandidates() {
        scores.begin(new int[] {1, 3, 4}, 3);
        product();
        scores.end();
        assertThat(scores.places(new int[] {1, 2})).isNull();
    }

    @Test
    void saysNothingBeforeTheProductIsDoneOrOnceItIsForgotten() {
        scores.begin(new int[] {1}, 3);
        product();
        assertThat(scores.places(new int[] {1})).as("a product broken off").isNull();
        scores.end();
        assertThat(scores.places(new int[] {1})).isNotNull();
        scores.forget();
        assertThat(scores.places(new int[] {1})).isNull();
    }

    @Test
    void aLaterBatchMayHaveMoreRowsAndOtherCandidates() {
        scores.begin(new int[] {5}, 1);
        scores.begin(new int[] {0, 5}, 3);
        product();
        scores.end();
        assertThat(scores.products()).startsWith(0, 5, 10, 15, 20, 25);
    }
}
