package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HubSelectionTest {
    private static final HubId ID = HubId.model("org/name");

    private static List<HubFile> files(String... paths) {
        return Stream.of(paths).map(p -> new HubFile(p, 10, "", "")).toList();
    }

    private static List<String> chosen(HubSelection by, HubId id, String... paths) {
        return by.choose(id, files(paths)).stream().map(HubFile::path).toList();
    }

    @Test
    void aModelComesWithItsWeightsOnce() {
        assertThat(
                        chosen(
                                HubSelection.model(),
                                ID,
                                "README.md",
                                "config.json",
                                "consolidated.safetensors",
                                "flax_model.msgpack",
                                "model-00001-of-00002.safetensors",
                                "model-00002-of-00002.safetensors",
                                "model.safetensors.index.json",
                                "onnx/model.onnx",
                                "pytorch_model-00001-of-00001.bin",
                                "pytorch_model.bin.index.json",
                                "tokenizer.json",
                                "tokenizer_config.json"))
                .containsExactlyInAnyOrder(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(chosen(HubSelection.model(), ID, "config.json", "pytorch_model.bin", "x.h5"))
                .containsExactly("config.json", "pytorch_model.bin");
    }

    @Test
    void aModelMayLieInAFolderOrBeAFile() {
        String[] all = {"sub/config.json", "sub/model.safetensors", "q4.gguf", "q8.gguf"};
        assertThat(chosen(HubSelection.model(), ID.at("sub"), all))
                .containsExactly("sub/config.json", "sub/model.safetensors");
        assertThat(chosen(HubSelection.model(), ID.at("q4.gguf"), all)).containsExactly("q4.gguf");
        assertThatThrownBy(() -> chosen(HubSelection.model(), ID, all))
                .hasMessage(
                        "[org/name] holds no weights that can be read: name one of these, as ORG/NAME:PATH: sub/model.safetensors, q4.gguf, q8.gguf");
    }

    @Test
    void theOnlyGgufFileIsTheModel() {
        assertThat(chosen(HubSelection.model(), ID, "README.md", "mmproj-f16.gguf", "q4.gguf"))
                .containsExactly("q4.gguf");
        String[] parts = {"q8/x-00001-of-00002.gguf", "q8/x-00002-of-00002.gguf", "README.md"};
        assertThat(chosen(HubSelection.model(), ID, parts))
                .containsExactly("q8/x-00001-of-00002.gguf", "q8/x-00002-of-00002.gguf");
        assertThat(chosen(HubSelection.model(), ID.at("q8/x-00001-of-00002.gguf"), parts))
                .hasSize(2);
    }

    @Test
    void aDataSetOfSeveralFoldersNeedsOneNamed() {
        String[] all = {"en/train.parquet", "en/test.parquet", "de/train.parquet"};
        assertThatThrownBy(() -> chosen(HubSelection.data(), ID, all))
                .hasMessage(
                        "[org/name] holds data in 2 folders: name one, or a file, as org/name:de or :en");
        assertThat(chosen(HubSelection.data(), ID.at("en"), all))
                .containsExactly("en/train.parquet");
        assertThat(chosen(HubSelection.data(), ID.at("en/test.parquet"), all))
                .containsExactly("en/test.parquet");
        assertThat(
                        chosen(
                                HubSelection.data(),
                                ID,
                                "data/a.json.gz",
                                "extra/b.json.gz",
                                "dataset_infos.json"))
                .containsExactly("data/a.json.gz");
    }

    @Test
    void anSaeComesWithItsConfigurations() {
        String[] all = {
            "README.md",
            "config.json",
            "layer_1/width_16k/params.npz",
            "layer_1/width_16k/cfg.json",
            "layer_1/cfg.yaml",
            "layer_2/width_16k/params.npz",
            "layer_3/hyperparams.json",
            "layer_3/checkpoints/final.safetensors"
        };
        assertThat(chosen(HubSelection.sae(), ID.at("layer_1/width_16k"), all))
                .containsExactly("layer_1/width_16k/params.npz", "layer_1/width_16k/cfg.json");
        assertThat(chosen(HubSelection.sae(), ID.at("layer_1/width_16k/params.npz"), all))
                .containsExactly(
                        "config.json",
                        "layer_1/width_16k/params.npz",
                        "layer_1/width_16k/cfg.json",
                        "layer_1/cfg.yaml");
        assertThat(chosen(HubSelection.sae(), ID.at("layer_3"), all))
                .containsExactly(
                        "layer_3/hyperparams.json", "layer_3/checkpoints/final.safetensors");
        assertThatThrownBy(() -> chosen(HubSelection.sae(), ID, all))
                .hasMessage(
                        "[org/name] holds 3 SAEs: name one, as org/name:layer_1/width_16k or :layer_2/width_16k or :layer_3/checkpoints");
    }

    @Test
    void aDataSetComesAsItsTrainingRows() {
        assertThat(
                        chosen(
                                HubSelection.data(),
                                ID.asDataset(),
                                "README.md",
                                "data/test-00000-of-00001.parquet",
                                "data/train-00000-of-00002.parquet",
                                "data/train-00001-of-00002.parquet",
                                "old.csv"))
                .containsExactly(
                        "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet");
        assertThat(chosen(HubSelection.data(), ID.at("b"), "a/x.jsonl", "b/y.jsonl.gz", "b/z.txt"))
                .containsExactly("b/y.jsonl.gz");
        assertThatThrownBy(() -> chosen(HubSelection.data(), ID, "script.py"))
                .hasMessageContaining("@refs/convert/parquet");
    }

    @Test
    void globsLookAtNamesOrAtPaths() {
        assertThat(
                        chosen(
                                HubSelection.globs(List.of("*.json", "a/**"), List.of("b/*")),
                                ID,
                                "x.json",
                                "a/c/y.bin",
                                "b/z.json",
                                "w.bin"))
                .containsExactly("x.json", "a/c/y.bin");
    }
}
