package dev.sae4j.io;

/// A GGUF file.
final class Gguf {
    private Gguf() {}

    static TensorFile of(MappedFile mapped) {
        throw Sae4jException.in(mapped.file(), "is a GGUF file: not read yet");
    }
}
