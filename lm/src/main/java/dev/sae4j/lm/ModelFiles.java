package dev.sae4j.lm;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.lm.gguf.GgufModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The weights of a model folder, mapped: one file, or shards with an index, whose `weight_map`
/// object says which file holds which tensor. Safetensors go before torch files, one file before
/// shards.
///
/// Or those of a GGUF model, in which every tensor must be asked for: one that is not would change
/// what the model computes.
final class ModelFiles implements AutoCloseable {
    private static final List<String> NAMES =
            List.of(
                    "model.safetensors",
                    "model.safetensors.index.json",
                    "pytorch_model.bin",
                    "pytorch_model.bin.index.json");

    private final Path listing; // the file that says what there is
    private final Map<String, TensorFile> byTensor;
    private final List<TensorFile> files;
    private final Set<String> asked = new HashSet<>();

    private ModelFiles(Path listing, Map<String, TensorFile> byTensor, List<TensorFile> files) {
        this.listing = listing;
        this.byTensor = byTensor;
        this.files = files;
    }

    /// True if a folder has weights as Hugging Face lays them out.
    static boolean areIn(Path folder) {
        return NAMES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    /// The weights of a GGUF model, which close with these files.
    static ModelFiles of(GgufModel model) {
        Map<String, TensorFile> byTensor = new LinkedHashMap<>(model.tensors());
        return new ModelFiles(model.file(), byTensor, List.copyOf(model.files()));
    }

    static ModelFiles open(Path folder) {
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                return name.endsWith(".json") ? sharded(folder, file) : single(file);
            }
        }
        throw Sae4jException.in(
                folder,
                "has none of %s: expected a model's weights".formatted(String.join(", ", NAMES)));
    }

    private static ModelFiles single(Path path) {
        TensorFile file = TensorFile.open(path);
        Map<String, TensorFile> byTensor = new LinkedHashMap<>();
        file.tensors().keySet().forEach(name -> byTensor.put(name, file));
        return new ModelFiles(path, byTensor, List.of(file));
    }

    private static ModelFiles sharded(Path folder, Path index) {
        JsonNode map = Json.readObject(index).path("weight_map");
        if (!map.isObject()) {
            throw Sae4jException.in(index, "has no object weight_map: tensor name to file name");
        }
        Map<String, TensorFile> opened = new LinkedHashMap<>();
        Map<String, TensorFile> byTensor = new LinkedHashMap<>();
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

    private TensorFile shard(Path folder, Path index, String name) {
        Path file = folder.resolve(name).normalize();
        if (name.isEmpty()
                || Path.of(name).isAbsolute()
                || !file.startsWith(folder.normalize())
                || name.indexOf('\0') >= 0) {
            throw Sae4jException.in(
                    index,
                    "names '%s' as a shard: expected a file inside the folder".formatted(name));
        }
        TensorFile opened = TensorFile.open(file);
        files.add(opened);
        return opened;
    }

    /// True if there is a tensor of this name.
    boolean has(String name) {
        return byTensor.containsKey(name);
    }

    /// A tensor of fractions that must be there with exactly these sizes.
    ///
    /// @param why where the expected sizes come from
    Tensor require(String name, String why, long... sizes) {
        TensorFile file = byTensor.get(name);
        asked.add(name);
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

    /// Refuses files with tensors that nobody has asked for.
    ///
    /// @param what the model is, for the message
    /// @param others tensors that were read in another way
    void requireNoMore(String what, Set<String> others) {
        List<String> more =
                byTensor.keySet().stream()
                        .filter(name -> !asked.contains(name) && !others.contains(name))
                        .toList();
        if (!more.isEmpty()) {
            throw Sae4jException.in(
                    listing,
                    "has tensors that %s does not have here, and without them would compute something else: %s%s"
                            .formatted(
                                    what,
                                    String.join(", ", more.subList(0, Math.min(8, more.size()))),
                                    more.size() > 8 ? " and " + (more.size() - 8) + " more" : ""));
        }
    }

    @Override
    public void close() {
        files.forEach(TensorFile::close);
    }
}
