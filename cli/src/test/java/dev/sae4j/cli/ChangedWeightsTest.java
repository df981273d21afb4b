package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.lm.harvest.HarvestProgress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weights that change while they are in use.
class ChangedWeightsTest {
    private static final TokenBatch BATCH = TokenBatch.of(List.of(new int[] {1, 5, 6, 7}));

    @TempDir Path dir;
    private final Workers workers = Workers.of(2);
    private Path model;
    private Path weights;
    private Path text;

    @BeforeEach
    void copy() throws IOException {
        model = TinyModel.copy(dir.resolve("model"));
        weights = model.resolve("model.safetensors");
        text =
                Files.writeString(
                        dir.resolve("notes.txt"), "the stone bridge, a river\n".repeat(500));
    }

    private static void cutShort(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(4096);
        }
    }

    private static void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2030-01-02T03:04:05Z")));
    }

    private void run(LanguageModel opened) {
        opened.forward(workers, BATCH).read(Hook.LOGITS, (values, rows, width) -> {}).run();
    }

    @Test
    void weightsThatAreCutShortEndTheHarvestWithASentence() {
        Path out = dir.resolve("store");
        try (LanguageModel opened = LanguageModel.open(model)) {
            Harvest harvest =
                    Harvest.of(
                            opened,
                            TextSource.open(text.toString()),
                            HarvestOptions.of(Hook.residPost(1), 2_000),
                            workers);
            HarvestProgress cuts =
                    (rows, of, seen) -> {
                        try {
                            cutShort(weights);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    };
            assertThatThrownBy(() -> harvest.toStore(out, cuts))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining(
                            "model.safetensors] was written while it was in use (it had 290024 bytes, now it has 4096): what has been computed since cannot be trusted");
        }
        assertThat(Ran.names(dir)).containsExactly("model", "notes.txt");
    }

    @Test
    void weightsThatAreCutShortInTheMiddleOfARunStopIt() throws IOException {
        try (LanguageModel opened = LanguageModel.open(model)) {
            var pass = opened.forward(workers, BATCH);
            cutShort(weights);
            assertThatThrownBy(pass.read(Hook.LOGITS, (values, rows, width) -> {})::run)
                    .isInstanceOf(InternalError.class);
        }
    }

    @Test
    void weightsThatAreRewrittenAreNoticed() throws IOException {
        try (LanguageModel opened = LanguageModel.open(model)) {
            run(opened);
            touch(weights);
            assertThatThrownBy(() -> run(opened))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining(
                            "was written while it was in use (at 2030-01-02T03:04:05Z)");
        }
    }

    @Test
    void aNewFileUnderTheNameOfTheWeightsChangesNothing() throws IOException {
        try (LanguageModel opened = LanguageModel.open(model)) {
            run(opened);
            Path other = Files.copy(weights, dir.resolve("other"));
            Files.write(other, new byte[100], StandardOpenOption.APPEND);
            Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);
            run(opened);
            Files.delete(weights);
            run(opened);
        }
    }
}
