package dev.sae4j.io;

import java.util.List;

/// The records of a zip archive.
final class ZipArchive {
    private ZipArchive() {}

    record Entry(String name) {}

    static ZipArchive of(MappedFile mapped) {
        throw Sae4jException.in(mapped.file(), "is a zip archive: not read yet");
    }

    List<Entry> entries() {
        return List.of();
    }
}
