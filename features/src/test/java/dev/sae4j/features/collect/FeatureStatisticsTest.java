package dev.sae4j.features.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {
    @Test
    void countsFiresMaximaAndMeansPerFeature() {
        var s = new FeatureStatistics(3);
        s.add(Codes.of(new float[] {2, 0, 0}, new float[] {4, 0, 1}), new int[] {1, 2});
        s.add(Codes.of(new float[] {3, 0, 0}, new float[] {0, 0, 0}), new int[] {1, 200});

        assertThat(s.rows()).isEqualTo(4);
        assertThat(s.documents()).isEqualTo(2);
        assertThat(s.fires(0)).isEqualTo(3);
        assertThat(s.density(0)).isEqualTo(0.75);
        assertThat(s.max(0)).isEqualTo(4);
        assertThat(s.mean(0)).isEqualTo(3);
        assertThat(s.sum(0)).isEqualTo(9);
        assertThat(s.sumOfSquares(0)).isEqualTo(29);
        assertThat(s.topPosition(0)).isEqualTo(1);
        assertThat(s.positionShare(0)).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(s.fires(2)).isEqualTo(1);
    }

    @Test
    void aDeadFeatureHasZerosAndNoNaN() {
        var s = new FeatureStatistics(2);
        s.add(Codes.of(new float[] {1, 0}), new int[] {5});

        assertThat(s.dead()).isEqualTo(1);
        assertThat(s.density(1)).isZero();
        assertThat(s.max(1)).isZero();
        assertThat(s.mean(1)).isZero();
        assertThat(s.positionShare(1)).isZero();
        assertThat(new FeatureStatistics(1).density(0)).isZero();
    }

    @Test
    void mergingHalvesGivesTheWhole() {
        Gen.forAll(
                50,
                random -> {
                    int features = random.nextInt(1, 20);
                    var whole = new FeatureStatistics(features);
                    var first = new FeatureStatistics(features);
                    var second = new FeatureStatistics(features);
                    int documents = random.nextInt(0, 12);
                    for (int d = 0; d < documents; d++) {
                        Document document = Codes.random(random, d, features);
                        whole.add(document.codes(), document.positions());
                        (d < documents / 2 ? first : second)
                                .add(document.codes(), document.positions());
                    }
                    first.merge(second);
                    assertThat(first).usingRecursiveComparison().isEqualTo(whole);
                });
    }

    @Test
    void refusesToMergeStatisticsOfAnotherWidth() {
        assertThatThrownBy(() -> new FeatureStatistics(3).merge(new FeatureStatistics(4)))
                .hasMessage("statistics of 4 features cannot be merged with those of 3");
    }
}
