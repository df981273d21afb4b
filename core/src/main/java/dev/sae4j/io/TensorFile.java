package dev.sae4j.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// An open file of named tensors, whatever its container: safetensors, a torch checkpoint, npz, npy
/// or GGUF. Opening reads headers, never the data; nothing in a file is ever executed.
///
/// Tensors are valid until [#close()]. Instances may be shared between threads.
public interface TensorFile extends AutoCloseable {
    /// Opens a file of any known container, told by its first bytes.
    ///
    /// @throws Sae4jException if it is missing, damaged, of no known container, or asks for code to
    ///     be run
    static TensorFile open(Path file) {
        return Containers.open(file);
    }

    /// The file, for messages.
    Path file();

    /// What kind of file it is, such as `torch zip`.
    String container();

    /// All tensors by name, in the order of the file. Tensors inside nested dictionaries and lists
    /// have the path to them as their name: `state_dict.encoder.weight`, `list[0]`.
    Map<String, Tensor> tensors();

    /// The plain values beside the tensors - numbers, words, lists, dictionaries - as an object;
    /// empty if the container has none.
    default JsonNode values() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// What seems wrong with the file though it could be opened, a sentence each. May read all of
    /// it.
    default List<String> problems() {
        return List.of();
    }

    /// A tensor, if the file has it.
    default Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors().get(name));
    }

    /// A tensor that must be there with exactly these sizes.
    ///
    /// @param why where the expected sizes come from, such as `config.json: hidden_size 576`
    default Tensor require(String name, String why, long... sizes) {
        Tensor tensor = tensors().get(name);
        if (tensor == null) {
            throw Sae4jException.in(
                    file(),
                    "has no tensor '%s' %s (%s); it has %s"
                            .formatted(name, Arrays.toString(sizes), why, someNames()));
        }
        return tensor.requireShape(file(), why, sizes);
    }

    /// The first names, for messages.
    default String someNames() {
        List<String> names = new ArrayList<>(tensors().keySet());
        return names.size() <= 12
                ? names.toString()
                : names.subList(0, 12) + " and " + (names.size() - 12) + " more";
    }

    @Override
    void close();
}
