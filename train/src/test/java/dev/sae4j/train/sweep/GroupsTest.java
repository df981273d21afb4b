package dev.sae4j.train.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.train.MemoryPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupsTest {
    private static final long PLENTY = 1L << 40;

    @TempDir Path dir;

    private List<SweepCell> cells(String text) throws Exception {
        return SweepFiles.read(Files.writeString(dir.resolve("grid.yaml"), text), List.of())
                .cells();
    }

    private static List<List<String>> names(List<List<SweepCell>> groups) {
        return groups.stream().map(g -> g.stream().map(SweepCell::name).toList()).toList();
    }

    @Test
    void cellsThatReadTheSameBatchesShareARun() throws Exception {
        var cells =
                cells(
                        """
                        recipe: topk
                        set: {features: 32, activation.k: 2, tokens: 1000}
                        cells:
                          - {batch: 50}
                          - {batch: 100}
                          - {batch: 50, learning_rate.peak: 1e-4}
                          - {batch: 50, seed: 7}
                          - {batch: 50, tokens: 2000}
                          - {batch: 100, activation.type: batchtopk}
                        """);
        var groups = names(new Groups(8, 500, PLENTY).of(cells));
        assertThat(groups).hasSize(4);
        assertThat(groups.get(0)).hasSize(2).allMatch(n -> n.contains("batch50"));
        assertThat(groups.get(1)).contains("batchtopk-f32-k2").hasSize(2);
        assertThat(groups.get(2)).singleElement().asString().contains("seed7");
        assertThat(groups.get(3)).singleElement().asString().contains("tokens2000");
    }

    @Test
    void cellsWhoseEstimatesTakeTheFirstRowsDoNotShareARunWithOthers() throws Exception {
        var cells =
                cells(
                        """
                        recipe: topk
                        set: {features: 32, activation.k: 2, tokens: 1000, batch: 50}
                        cells:
                          - {input: {type: mean_norm, batches: 4, consumed: true}}
                          - {input: {type: mean_norm, batches: 4, consumed: false}}
                          - {input: {type: none}}
                        """);
        assertThat(new Groups(8, 500, PLENTY).of(cells))
                .extracting(List::size)
                .containsExactly(1, 2);
    }

    @Test
    void aGroupEndsWhereTheMemoryDoes() throws Exception {
        var cells =
                cells(
                        """
                        recipe: topk
                        set: {features: 64, tokens: 1000, batch: 50}
                        grid: {activation.k: [1, 2, 3, 4, 5]}
                        """);
        long each = MemoryPlan.of(cells.getLast().recipe(), 8, 8).least();
        assertThat(names(new Groups(8, 500, 2 * each).of(cells)))
                .containsExactly(
                        List.of("topk-f64-k1", "topk-f64-k2"),
                        List.of("topk-f64-k3", "topk-f64-k4"),
                        List.of("topk-f64-k5"));
    }

    @Test
    void refusesACellThatDoesNotFitOnItsOwn() throws Exception {
        var cells = cells("{recipe: topk, set: {tokens: 2000}, grid: {features: [64, 640000]}}");
        assertThatThrownBy(() -> new Groups(64, 5000, 1 << 22).of(cells))
                .isInstanceOf(Sae4jException.class)
                .hasMessageStartingWith("[topk-f640000-k")
                .hasMessageContaining("the heap may only grow to 0.0 GB");
    }

    @Test
    void namesTheCellThatDoesNotFitTheData() throws Exception {
        var k = cells("{recipe: topk, set: {features: 8}, grid: {activation.k: [4, 9]}}");
        assertThatThrownBy(() -> new Groups(8, 5000, PLENTY).of(k))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "[topk-f8-k9] activation.k is 9, but there are 8 features (d_sae): expected at most that");
        var batch =
                cells(
                        "{recipe: topk, set: {features: 8, activation.k: 1}, grid: {batch: [9, 99]}}");
        assertThatThrownBy(() -> new Groups(8, 50, PLENTY).of(batch))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "[topk-f8-k1-batch99] 50 training rows are less than one batch of 99");
    }
}
