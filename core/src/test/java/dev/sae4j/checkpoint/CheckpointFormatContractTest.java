package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.UsageException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.ArrayWeights;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every format promises, whatever its layout.
class CheckpointFormatContractTest {
    @TempDir Path folder;

    static List<CheckpointFormat> formats() {
        return Checkpoints.formats();
    }

    static List<CheckpointFormat> writable() {
        return formats().stream().filter(f -> f.writer().isPresent()).toList();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void hasANameOfItsOwnThatFindsIt(CheckpointFormat format) {
        assertThat(format.name()).matches("[a-z][a-z0-9_]*");
        assertThat(Checkpoints.format(format.name())).isSameAs(format);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void saysWhyOtherThingsAreNotOfIt(CheckpointFormat format) throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path other = folder.resolve("other.safetensors");
        SafetensorsWriter.write(
                other, Map.of(), List.of(Tensor.ofFloats("lm_head", new float[6], 2, 3)));
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
        Files.copy(other, model.resolve("model.safetensors"));
        for (Path path : List.of(empty, other, model)) {
            try (Candidate candidate = new Candidate(path, ReadOptions.NONE)) {
                assertThat(format.whyNot(candidate))
                        .hasValueSatisfying(w -> assertThat(w).isNotBlank());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void refusesByNameWhatTheUserSaysIsOfIt(CheckpointFormat format) throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> Checkpoints.open(empty, ReadOptions.ofFormat(format.name())))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("empty] is not of format " + format.name() + ": ");
    }

    /// Plain ReLU, uncentred: what most formats can hold.
    private static Sae sae() {
        var random = new SplittableRandom(9);
        var weights =
                new ArrayWeights(
                        3,
                        Gen.gaussians(random, 18),
                        Gen.gaussians(random, 6),
                        Gen.gaussians(random, 18),
                        Gen.gaussians(random, 3));
        return Sae.of(new SaeConfig(3, 6, new Activation.Relu(), false, Map.of()), weights);
    }

    @ParameterizedTest
    @MethodSource("writable")
    void leavesNothingBehindWhenItRefuses(CheckpointFormat format) throws IOException {
        CheckpointWriter writer = format.writer().orElseThrow();
        Path blocked = Files.writeString(folder.resolve("file"), "in the way");
        Path inside = blocked.resolve("sae");
        assertThatThrownBy(() -> writer.write(sae(), inside))
                .isInstanceOfAny(Sae4jException.class, UsageException.class);
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(blocked);
        }
        assertThat(blocked).hasContent("in the way");
    }

    @ParameterizedTest
    @MethodSource("writable")
    void refusesTypesThatAreNoWeights(CheckpointFormat format) {
        CheckpointWriter writer = format.writer().orElseThrow();
        assertThatThrownBy(() -> writer.write(sae(), folder.resolve("x"), dev.sae4j.io.DType.I32))
                .isInstanceOfAny(Sae4jException.class, UsageException.class);
    }
}
