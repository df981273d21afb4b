package dev.sae4j.io;

/// A torch checkpoint.
final class TorchFile {
    private TorchFile() {}

    static TensorFile ofZip(MappedFile mapped, ZipArchive zip) {
        throw Sae4jException.in(mapped.file(), "is a torch archive: not read yet");
    }

    static TensorFile ofStream(MappedFile mapped) {
        throw Sae4jException.in(mapped.file(), "is a torch stream: not read yet");
    }
}
