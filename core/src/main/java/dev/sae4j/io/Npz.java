package dev.sae4j.io;

/// A numpy archive.
final class Npz {
    private Npz() {}

    static TensorFile of(MappedFile mapped, ZipArchive zip) {
        throw Sae4jException.in(mapped.file(), "is an npz archive: not read yet");
    }

    static TensorFile ofNpy(MappedFile mapped) {
        throw Sae4jException.in(mapped.file(), "is an npy file: not read yet");
    }
}
