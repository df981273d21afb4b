package dev.sae4j.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// A file that `torch.save` wrote: a pickle that says what there is, and the numbers beside it. The
/// pickle is read by [PickleMachine], which cannot run anything.
///
/// Since torch 1.6 it is a zip archive ([TorchZip]), before that a stream ([TorchStream]).
final class TorchFile implements TensorFile {
    private final MappedFile mapped;
    private final String container;
    private final TorchTree tree;
    private final Supplier<List<String>> check;

    /// @param check finds what is wrong though the file could be opened
    TorchFile(MappedFile mapped, String container, TorchTree tree, Supplier<List<String>> check) {
        this.mapped = mapped;
        this.container = container;
        this.tree = tree;
        this.check = check;
    }

    static TensorFile ofZip(MappedFile mapped, ZipArchive zip) {
        return TorchZip.read(mapped, zip);
    }

    static TensorFile ofStream(MappedFile mapped) {
        return TorchStream.read(mapped);
    }

    @Override
    public Path file() {
        return mapped.file();
    }

    @Override
    public String container() {
        return container;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tree.tensors());
    }

    /// The plain values in their places; [TorchTree] says what becomes of Python's types.
    @Override
    public JsonNode values() {
        return tree.values();
    }

    @Override
    public List<String> problems() {
        return check.get();
    }

    @Override
    public void close() {
        mapped.close();
    }
}
