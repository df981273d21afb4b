package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextOptions;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A harvest that was killed and is to go on, though something is not what it was.
class ChangedHarvestTest {
    private static final HarvestOptions OPTIONS =
            HarvestOptions.of(Hook.residPost(1), 2_000).with(ContextRule.TRUNCATE);
    private static final int SHARD = 20_000; // bytes

    @TempDir Path dir;
    private final Workers workers = Workers.of(2);
    private Path model;
    private Path text;

    /// Stands for a process that dies.
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void begin() throws IOException {
        model = Files.createDirectory(dir.resolve("model"));
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(Fixtures.root().resolve("models/llama/" + name), model.resolve(name));
        }
        String line = "{\"text\": \"the stone bridge\", \"note\": \"over a quiet river\"}\n";
        text = Files.writeString(dir.resolve("notes.jsonl"), line.repeat(500));
        HarvestProgress dies =
                (rows, of, seen) -> {
                    if (rows > 700) {
                        throw new Killed();
                    }
                };
        assertThatThrownBy(() -> harvest(OPTIONS, TextOptions.USUAL, false, dies))
                .isInstanceOf(Killed.class);
        assertThat(dir.resolve(".store.harvest.json")).exists();
    }

    private HarvestResult harvest(
            HarvestOptions options, TextOptions column, boolean resume, HarvestProgress progress) {
        var small =
                new HarvestOptions(
                        options.hook(),
                        options.tokens(),
                        options.context(),
                        options.contexts(),
                        options.exclude(),
                        options.dtype(),
                        64);
        try (LanguageModel opened = LanguageModel.open(model)) {
            return Harvest.of(opened, TextSource.open(text.toString(), column), small, workers)
                    .toStore(dir.resolve("store"), resume, progress, SHARD);
        }
    }

    private void refused(String... parts) {
        refused(OPTIONS, parts);
    }

    private void refused(HarvestOptions options, String... parts) {
        assertThatThrownBy(() -> harvest(options, TextOptions.USUAL, true, HarvestProgress.NONE))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining(
                        ": go on with the same options, text and model, or leave out --resume to begin anew");
    }

    private void changed(Path file, byte[] content, String... parts) throws IOException {
        byte[] before = Files.readAllBytes(file);
        Files.write(file, content);
        refused(parts);
        Files.write(file, before);
    }

    private static byte[] withOtherByte(byte[] content, int at) {
        byte[] other = content.clone();
        other[at] ^= 1;
        return other;
    }

    @Test
    void isRefusedAndGoesOnWhenAllIsAsItWas() throws IOException {
        byte[] lines = Files.readAllBytes(text);
        changed(text, withOtherByte(lines, 10_000), "data file notes.jsonl was 29500 bytes, ");
        byte[] longer = java.util.Arrays.copyOf(lines, lines.length + 1);
        longer[lines.length] = '\n';
        changed(
                text,
                longer,
                "[" + dir.getFileName() + "/.store.harvest.json] is of another harvest: ",
                "data file notes.jsonl was 29500 bytes, checksum ",
                ", now it is 29501 bytes, checksum ");

        Path weights = model.resolve("model.safetensors");
        byte[] values = Files.readAllBytes(weights);
        changed(
                weights,
                withOtherByte(values, values.length - 1),
                "model file model.safetensors was 290024 bytes, checksum ");
        Path config = model.resolve("config.json");
        changed(
                config,
                Files.readString(config)
                        .replace("100000.0", "10000.0")
                        .getBytes(StandardCharsets.UTF_8),
                "model file config.json was ");

        Files.setLastModifiedTime(text, FileTime.from(Instant.parse("2030-01-02T03:04:05Z")));
        assertThat(harvest(OPTIONS, TextOptions.USUAL, true, HarvestProgress.NONE).rows())
                .as("another time alone is no change of a small file")
                .isEqualTo(1_000);
    }

    @Test
    void namesTheOptionThatIsDifferent() {
        refused(OPTIONS.with(ContextRule.SPLIT), "rule for contexts was truncate, now it is split");
        refused(
                HarvestOptions.of(Hook.residPost(2), 3_000).with(ContextRule.TRUNCATE),
                "hook was resid_post.1, now it is resid_post.2; tokens was 2000, now it is 3000");
        refused(
                new HarvestOptions(
                        Hook.residPost(1),
                        2_000,
                        64,
                        ContextRule.TRUNCATE,
                        Exclusion.NONE,
                        DType.F32,
                        64),
                "context was 128, now it is 64; exclude was first,special, now it is none; dtype was BF16, now it is F32");
        assertThatThrownBy(() ->
                        harvest(OPTIONS, new TextOptions("note", null), true, HarvestProgress.NONE))
                .hasMessageContaining("text column was none, now it is note");
    }

    @Test
    void aFileMoreInTheFolderIsAnotherText() throws IOException {
        Path folder = Files.createDirectory(dir.resolve("texts"));
        Files.move(text, folder.resolve("notes.jsonl"));
        text = folder;
        Files.writeString(
                folder.resolve("more.jsonl"), "{\"text\": \"x\"}\n", StandardOpenOption.CREATE);
        refused("data was notes.jsonl, now it is texts; data file more.jsonl was none, now it is ");
    }
}
