package dev.sae4j.lm.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenGridTest {
    @TempDir Path folder;

    private TokenGrid read(String name, Tensor... tensors) {
        Path file = folder.resolve("ids.safetensors");
        SafetensorsWriter.write(file, Map.of(), List.of(tensors));
        try (TensorFile opened = TensorFile.open(file)) {
            return TokenGrid.read(opened, name);
        }
    }

    private void refused(String part, String name, Tensor... tensors) {
        assertThatThrownBy(() -> read(name, tensors))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("ids.safetensors] ")
                .hasMessageContaining(part);
    }

    private static Tensor longs(String name, long[] shape, long... values) {
        return Tensor.ofLongs(name, values, shape);
    }

    @Test
    void readsRowsWithTheirPadding() {
        TokenGrid grid =
                read(
                        "",
                        longs("input_ids", new long[] {2, 3}, 4, 5, 6, 7, 0, 0),
                        longs("attention_mask", new long[] {2, 3}, 1, 1, 1, 1, 0, 0));
        assertThat(grid.rows()).isEqualTo(2);
        assertThat(grid.columns()).isEqualTo(3);
        assertThat(grid.lengths()).containsExactly(3, 1);
        assertThat(grid.tokens()).isEqualTo(4);
        assertThat(grid.batch(0, 2).tokens()).containsExactly(4, 5, 6, 7);
    }

    @Test
    void readsOneRowOfAnyWholeNumbers() {
        TokenGrid grid = read("", Tensor.ofInts("tokens", new int[] {9, 8}, 2));
        assertThat(grid.ids()).containsExactly(9, 8);
        assertThat(grid.rows()).isEqualTo(1);
        assertThat(grid.columns()).isEqualTo(2);
    }

    @Test
    void aNamedTensorHasAMaskOfItsOwn() {
        TokenGrid grid =
                read(
                        "long.input_ids",
                        longs("input_ids", new long[] {1, 2}, 1, 2),
                        longs("attention_mask", new long[] {1, 2}, 1, 0),
                        longs("long.input_ids", new long[] {1, 3}, 1, 2, 3),
                        longs("long.attention_mask", new long[] {1, 3}, 1, 1, 0));
        assertThat(grid.lengths()).containsExactly(2);
        TokenGrid other =
                read(
                        "long.input_ids",
                        longs("attention_mask", new long[] {1, 2}, 1, 0),
                        longs("long.input_ids", new long[] {1, 3}, 1, 2, 3));
        assertThat(other.lengths()).containsExactly(3);
    }

    @Test
    void refusesPaddingOnTheLeft() {
        refused(
                "'attention_mask' has a token behind padding in row 0: expected padding on the right only",
                "",
                longs("input_ids", new long[] {1, 2}, 1, 2),
                longs("attention_mask", new long[] {1, 2}, 0, 1));
    }

    @Test
    void refusesWhatAreNoTokenIds() {
        refused(
                "tensor 'x' is F32 [2]: expected token ids, whole numbers [tokens] or [rows, tokens]",
                "x",
                Tensor.ofFloats("x", new float[] {1, 2}, 2));
        refused("is I64 [1, 1, 1]: expected token ids", "x", longs("x", new long[] {1, 1, 1}, 4));
        refused("expected between 1 and 67,108,864 tokens", "x", longs("x", new long[] {0, 4}));
        refused("has no tensor 'y': it has", "y", longs("x", new long[] {1}, 4));
        refused(
                "has no tensor 'input_ids' but",
                "",
                longs("a", new long[] {1}, 4),
                longs("b", new long[] {1}, 4));
        refused(
                "tensor 'attention_mask' is I64 [2]: expected the shape of 'input_ids', [1, 2]",
                "",
                longs("input_ids", new long[] {1, 2}, 1, 2),
                longs("attention_mask", new long[] {2}, 1, 1));
    }
}
