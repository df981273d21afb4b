package dev.sae4j.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
    @TempDir Path folder;

    @Test
    void describesAnSae() {
        Path path = Fixtures.root().resolve("checkpoints/saelens/topk");
        assertThat(Inspection.of(path))
                .asInstanceOf(type(SaeInspection.class))
                .satisfies(sae -> {
                    assertThat(sae.format()).isEqualTo("saelens");
                    assertThat(sae.architecture()).isEqualTo("topk");
                    assertThat(sae.k()).isEqualTo(8);
                    assertThat(sae.dIn()).isEqualTo(20);
                    assertThat(sae.dSae()).isEqualTo(72);
                    assertThat(sae.dtype()).isEqualTo("F32");
                    assertThat(sae.sampledRows()).isEqualTo(72);
                    assertThat(sae.metadata()).containsEntry("model_name", "tiny-random");
                    assertThat(sae.problems()).isEmpty();
                });
    }

    @Test
    void namesTensorsWithNumbersThatAreNone() {
        Path path = Fixtures.root().resolve("checkpoints/hostile/weights-not-finite");
        assertThat(Inspection.of(path).problems())
                .anyMatch(p -> p.startsWith("tensor 'W_enc' holds 1 NaN"));
    }

    @Test
    void countsDecoderRowsThatAreZero() {
        Path path = Fixtures.root().resolve("checkpoints/hostile/weights-zero-decoder-row");
        assertThat(Inspection.of(path).problems())
                .anyMatch(p -> p.startsWith("1 of 6 decoder rows are zero"));
    }

    @Test
    void readsOnlyASampleOfALargeTensor() {
        float[] values = new float[100_000];
        var info = TensorInfo.of(Tensor.ofFloats("w", values, 100, 1000), 10_000);
        assertThat(info.checked()).isBetween(4096L, 10_000L);
        assertThat(TensorInfo.of(Tensor.ofFloats("w", values, 100, 1000), 1 << 20).checked())
                .isEqualTo(100_000);
    }

    @Test
    void describesAStoreAndMissesItsShards() throws IOException {
        Files.writeString(
                folder.resolve("store.json"),
                """
                {"format_version": 1, "dtype": "F32", "width": 2, "rows": 3,
                 "origin": {"model": "demo", "hook": "resid_post.2"},
                 "shards": [{"file": "shard-00000.safetensors", "rows": 2},
                            {"file": "shard-00001.safetensors", "rows": 1}]}
                """);
        SafetensorsWriter.write(
                folder.resolve("shard-00000.safetensors"),
                Map.of(),
                List.of(Tensor.ofFloats("activations", new float[4], 2, 2)));
        assertThat(Inspection.of(folder))
                .asInstanceOf(type(StoreInspection.class))
                .satisfies(store -> {
                    assertThat(store.rows()).isEqualTo(3);
                    assertThat(store.origin()).containsEntry("hook", "resid_post.2");
                    assertThat(store.bytes()).isEqualTo(16);
                    assertThat(store.problems())
                            .containsExactly("shard-00001.safetensors is missing");
                });
    }

    @Test
    void describesAModelFolder() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"llama\", \"hidden_size\": 64, \"tie_word_embeddings\": true}");
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"),
                Map.of(),
                List.of(Tensor.ofFloats("model.embed_tokens.weight", new float[12], 3, 4)));
        assertThat(Inspection.of(folder))
                .asInstanceOf(type(ModelInspection.class))
                .satisfies(model -> {
                    assertThat(model.modelType()).isEqualTo("llama");
                    assertThat(model.parameters()).isEqualTo(12);
                    assertThat(model.config()).containsEntry("hidden_size", 64L);
                    assertThat(model.problems())
                            .containsExactly(
                                    "tokenizer.json is missing: text cannot be turned into tokens");
                });
    }

    @Test
    void listsTheTensorsOfABareFile() {
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of("made_by", "test"),
                List.of(
                        Tensor.ofFloats("x", new float[] {1, Float.NaN}, 2),
                        Tensor.ofInts("ids", new int[3], 3)));
        assertThat(Inspection.of(file))
                .asInstanceOf(type(TensorFileInspection.class))
                .satisfies(it -> {
                    assertThat(it.tensors()).hasSize(2);
                    assertThat(it.bytes()).isEqualTo(20);
                    assertThat(it.values().get("made_by")).hasToString("\"test\"");
                    assertThat(it.problems()).hasSize(1);
                });
    }

    @Test
    void saysWhatItLookedFor() {
        assertThatThrownBy(() -> Inspection.of(folder.resolve("nothing")))
                .isInstanceOf(Sae4jException.class)
                .hasMessageEndingWith("nothing] does not exist");
        assertThatThrownBy(() -> Inspection.of(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("is no SAE of a known format");
    }
}
