package dev.sae4j.cli;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Copies of the recorded Llama model (3 layers, width 48), to be broken.
final class TinyModel {
    static final String DOWN = "model.layers.0.mlp.down_proj.weight";

    private TinyModel() {}

    /// The model as it is.
    static Path whole() {
        return Fixtures.root().resolve("models/llama");
    }

    static Path copy(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(whole().resolve(name), folder.resolve(name));
        }
        return folder;
    }

    /// A copy whose tensors were changed.
    static Path with(Path folder, Consumer<Map<String, Tensor>> change) throws IOException {
        copy(folder);
        try (Safetensors file = Safetensors.open(whole().resolve("model.safetensors"))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
            change.accept(tensors);
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), Map.of(), List.copyOf(tensors.values()));
        }
        return folder;
    }

    /// A copy in which one weight is not a number.
    static Path withNaN(Path folder) throws IOException {
        return with(
                folder,
                tensors -> {
                    Tensor old = tensors.get(DOWN);
                    float[] values = java.util.Objects.requireNonNull(old).toFloats();
                    values[7] = Float.NaN;
                    tensors.put(DOWN, Tensor.ofFloats(DOWN, values, old.shape()));
                });
    }
}
