package dev.sae4j.cli;

import dev.sae4j.testing.hub.FakeHub;
import java.nio.file.Path;
import java.util.Map;

/// The hub that commands of the documentation speak to.
final class DocumentedHub {
    private DocumentedHub() {}

    /// A hub with small repositories of the names that the documentation uses.
    static FakeHub open() {
        var hub = new FakeHub();
        hub.model("HuggingFaceTB/SmolLM2-135M")
                .with("config.json", "{}")
                .with("tokenizer.json", "{}")
                .withLarge("model.safetensors", new byte[100]);
        hub.model("google/gemma-scope-2b-pt-res")
                .withLarge("layer_12/width_16k/average_l0_82/params.npz", new byte[100])
                .withLarge("layer_12/width_16k/average_l0_41/params.npz", new byte[100]);
        hub.dataset("roneneldan/TinyStories")
                .withLarge("data/train-00000-of-00001.parquet", new byte[100]);
        return hub;
    }

    static Map<String, String> environment(FakeHub hub, Path home) {
        return Map.of(
                "HF_ENDPOINT", hub.endpoint().toString(),
                "HF_HOME", home.resolve("huggingface").toString(),
                "HF_TOKEN", FakeHub.TOKEN);
    }
}
