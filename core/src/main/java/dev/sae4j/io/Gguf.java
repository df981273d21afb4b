package dev.sae4j.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A GGUF file of version 2 or 3, mapped: key-values about a model and its tensors, quantised or
/// not. Opening reads the header only, whatever the size of the data.
///
/// Layout, little-endian: `GGUF`; `u32` version; `u64` number of tensors; `u64` number of
/// key-values; the key-values, each a string, a `u32` type and a value; per tensor a string as its
/// name, `u32` number of sizes, `u64` sizes with the innermost first, `u32` type and `u64` offset;
/// blanks up to a multiple of `general.alignment` (32 unless given); the data, from where offsets
/// count. Strings are a `u64` length and UTF-8.
///
/// Shapes are given outermost first, as everywhere else: a matrix is `[rows, columns]`, its rows
/// contiguous.
///
/// Tensors are valid until [#close()]. Instances may be shared between threads.
public final class Gguf implements TensorFile {
    private final MappedFile mapped;
    private final int version;
    private final ObjectNode values;
    private final Map<String, Tensor> tensors;

    private Gguf(GgufHeader header) {
        this.mapped = header.mapped();
        this.version = header.version();
        this.values = header.values();
        this.tensors = Collections.unmodifiableMap(header.tensors());
    }

    /// Maps a file and reads its header.
    ///
    /// @throws Sae4jException if the file is missing, damaged, of another version or byte order, or
    ///     has tensors of types that are not known
    public static Gguf open(Path file) {
        return MappedFile.open(file).parse(Gguf::of);
    }

    static Gguf of(MappedFile mapped) {
        return new Gguf(GgufHeader.read(mapped));
    }

    @Override
    public Path file() {
        return mapped.file();
    }

    /// `gguf 3`, the version with it.
    @Override
    public String container() {
        return "gguf " + version;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /// The key-values, such as `general.architecture`, under their full keys. Not to be changed.
    @Override
    public JsonNode values() {
        return values;
    }

    @Override
    public void close() {
        mapped.close();
    }
}
