package dev.sae4j.lm;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The weights of a model folder, mapped: one `model.safetensors`, or shards with
/// `model.safetensors.index.json`, whose `weight_map` object says which file holds which tensor.
final class ModelFiles implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path listing; // the file that says what there is
    private final Map<String, Safetensors> byTensor;
    private final List<Safetensors> files;

    private ModelFiles(Path listing, Map<String, Safetensors> byTensor, List<Safetensors> files) {
        this.listing = listing;
        this.byTensor = byTensor;
        this.files = files;
    }

    static ModelFiles open(Path folder) {
        Path index = folder.resolve(INDEX);
        Path single = folder.resolve(SINGLE);
        if (Files.exists(single) || !Files.exists(index)) {
            if (!Files.exists(single)) {
                throw Sae4jException.in(
                        folder,
                        "has neither %s nor %s: only safetensors weights are read"
                                .formatted(SINGLE, INDEX));
            }
            Safetensors file = Safetensors.open(single);
            Map<String, Safetensors> byTensor = new LinkedHashMap<>();
            file.tensors().keySet().forEach(name -> byTensor.put(name, file));
            return new ModelFiles(single, byTensor, List.of(file));
        }
        return sharded(folder, index);
    }

    private static ModelFiles sharded(Path folder, Path index) {
        JsonNode map = Json.readObject(index).path("weight_map");
        if (!map.isObject()) {
            throw Sae4jException.in(index, "has no object weight_map: tensor name to file name");
        }
        Map<String, Safetensors> opened = new LinkedHashMap<>();
        Map<String, Safetensors> byTensor = new LinkedHashMap<>();
        var files = new ModelFiles(index, byTensor, new ArrayList<>());
        try {
            for (var entry : map.properties()) {
                String name = entry.getValue().asString("");
                byTensor.put(
                        entry.getKey(),
                        opened.computeIfAbsent(name, n -> files.shard(folder, index, n)));
            }
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
        return files;
    }

    private Safetensors shard(Path folder, Path index, String name) {
        Path file = folder.resolve(name).normalize();
        if (name.isEmpty()
                || Path.of(name).isAbsolute()
                || !file.startsWith(folder.normalize())
                || name.indexOf('\0') >= 0) {
            throw Sae4jException.in(
                    index,
                    "names '%s' as a shard: expected a file inside the folder".formatted(name));
        }
        Safetensors opened = Safetensors.open(file);
        files.add(opened);
        return opened;
    }

    /// A tensor of fractions that must be there with exactly these sizes.
    ///
    /// @param why where the expected sizes come from
    Tensor require(String name, String why, long... sizes) {
        Safetensors file = byTensor.get(name);
        if (file == null) {
            if (files.size() == 1) {
                return files.getFirst().require(name, why, sizes);
            }
            throw Sae4jException.in(listing, "lists no tensor '%s' (%s)".formatted(name, why));
        }
        Tensor tensor = file.require(name, why, sizes);
        if (!tensor.dtype().isFloating()) {
            throw Sae4jException.in(
                    file.file(),
                    "tensor '%s' holds %s: expected F32, F16 or BF16"
                            .formatted(name, tensor.dtype()));
        }
        return tensor;
    }

    @Override
    public void close() {
        files.forEach(Safetensors::close);
    }
}
