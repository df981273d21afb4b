package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a memory promises; [ModelFixturesTest] has the property for every family.
class TextMemoryTest {
    private static final Workers WORKERS = Workers.of(2);

    @TempDir static Path folder;
    private static LanguageModel model;

    @BeforeAll
    static void open() {
        model = LanguageModel.open(new TinyModel(DType.F32).write(folder));
    }

    @AfterAll
    static void close() {
        model.close();
        WORKERS.close();
    }

    @Test
    void theFirstPieceHasTheBitsOfAWholeRun() {
        int[] tokens = {3, 1, 4, 1, 5};
        TextMemory memory = model.memory();
        assertThat(model.forward(WORKERS, memory, tokens).logits(new int[] {4}))
                .isEqualTo(
                        model.forward(WORKERS, TokenBatch.of(List.of(tokens)))
                                .logits(new int[] {4}));
        assertThat(memory.length()).isEqualTo(5);
        assertThat(memory.room()).isEqualTo(11);
        assertThat(memory.bytes()).isPositive();
    }

    @Test
    void aRunThatStopsEarlyLeavesTheTextAsItWas() {
        TextMemory memory = model.memory();
        model.forward(WORKERS, memory, 3, 1).logits(new int[] {1});
        model.forward(WORKERS, memory, 9, 9, 9)
                .read(Hook.parse("attn_out.0"), (x, n, w) -> {})
                .run();
        assertThat(memory.length()).isEqualTo(2);
        float[] got = model.forward(WORKERS, memory, 4).logits(new int[] {0});
        TextMemory other = model.memory();
        model.forward(WORKERS, other, 3, 1).logits(new int[] {1});
        assertThat(got).isEqualTo(model.forward(WORKERS, other, 4).logits(new int[] {0}));
    }

    @Test
    void hooksSeeTheNewRowsOnly() {
        TextMemory memory = model.memory();
        model.forward(WORKERS, memory, 3, 1).logits(new int[] {1});
        model.forward(WORKERS, memory, 4)
                .read(
                        Hook.residPost(1),
                        (x, rows, width) -> assertThat(x).hasSize(rows * width).hasSize(12))
                .run();
        assertThat(memory.length()).isEqualTo(3);
    }

    @Test
    void refusesARunThatAnotherHasOvertaken() {
        TextMemory memory = model.memory();
        ForwardPass late = model.forward(WORKERS, memory, 3);
        model.forward(WORKERS, memory, 4).losses();
        assertThatThrownBy(late::losses)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the text has gone on to 1 tokens meanwhile, this run is of those from 0 on");
    }

    @Test
    void refusesTextBeyondTheContext() {
        TextMemory memory = model.memory();
        model.forward(WORKERS, memory, new int[16]).losses();
        assertThat(memory.room()).isZero();
        assertThatThrownBy(() -> model.forward(WORKERS, memory, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("a sequence of 17 tokens")
                .hasMessageContaining("takes at most 16");
    }

    @Test
    void refusesTheMemoryOfAnotherModel() {
        try (var demo = LanguageModel.demo()) {
            TextMemory memory = demo.memory();
            assertThatThrownBy(() -> model.forward(WORKERS, memory, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the memory is of another model");
        }
    }
}
