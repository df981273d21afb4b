package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Arrays that numpy saved: an npz archive, which is a zip of npy arrays (records `NAME.npy`), or
/// a single npy file, whose array has the name of the file.
///
/// [NpyHeader] describes an array. Stored arrays in the order of a [Tensor] are slices of the
/// mapping; deflated, big-endian and Fortran-ordered ones are put in order when they are first
/// asked for.
final class Npz implements TensorFile {
    private static final String SUFFIX = ".npy";

    private final MappedFile mapped;
    private final @Nullable ZipArchive zip;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Npz(MappedFile mapped, @Nullable ZipArchive zip) {
        this.mapped = mapped;
        this.zip = zip;
    }

    static TensorFile of(MappedFile mapped, ZipArchive zip) {
        Npz npz = new Npz(mapped, zip);
        for (ZipArchive.Entry entry : zip.entries()) {
            if (entry.name().endsWith(SUFFIX)) {
                npz.add(zip, entry);
            } else {
                npz.problems.add("record '%s' is no npy array: left out".formatted(entry.name()));
            }
        }
        return npz;
    }

    static TensorFile ofNpy(MappedFile mapped) {
        Npz npz = new Npz(mapped, null);
        MemorySegment all = mapped.bytes();
        String name = String.valueOf(mapped.file().getFileName());
        if (name.endsWith(SUFFIX)) {
            name = name.substring(0, name.length() - SUFFIX.length());
        }
        MemorySegment head = all.asSlice(0, Math.min(NpyHeader.HEAD, all.byteSize()));
        NpyHeader header = npz.header(name, head, all.byteSize());
        npz.add(name, header, slice(header, all));
        return npz;
    }

    private void add(ZipArchive zip, ZipArchive.Entry entry) {
        String name = entry.name().substring(0, entry.name().length() - SUFFIX.length());
        NpyHeader header = header(name, zip.head(entry, NpyHeader.HEAD), entry.size());
        if (!entry.deflated()) {
            add(name, header, slice(header, zip.bytes(entry)));
            return;
        }
        put(
                Tensor.lazy(
                        name,
                        header.dtype(),
                        header.shape(),
                        () -> {
                            MemorySegment data = slice(header, zip.bytes(entry));
                            return header.inOrder()
                                    ? data
                                    : ordered(
                                            header,
                                            data,
                                            zip.allocate(entry.name(), data.byteSize()));
                        }));
    }

    private NpyHeader header(String name, MemorySegment head, long size) {
        NpyHeader header = NpyHeader.read(mapped.file(), name, head, size);
        long after = size - header.dataAt() - header.bytes();
        if (after > 0) {
            problems.add("array '%s' has %d bytes after its last element".formatted(name, after));
        }
        return header;
    }

    /// @param data the elements as they stand in the file
    private void add(String name, NpyHeader header, MemorySegment data) {
        put(
                header.inOrder()
                        ? new Tensor(name, header.dtype(), header.shape(), data)
                        : Tensor.lazy(
                                name,
                                header.dtype(),
                                header.shape(),
                                () ->
                                        ordered(
                                                header,
                                                data,
                                                mapped.arena().allocate(data.byteSize(), 64))));
    }

    private void put(Tensor tensor) {
        tensors.put(tensor.name(), tensor);
    }

    private static MemorySegment slice(NpyHeader header, MemorySegment all) {
        return all.asSlice(header.dataAt(), header.bytes());
    }

    private static MemorySegment ordered(
            NpyHeader header, MemorySegment data, MemorySegment target) {
        NpyOrder.copy(header, data, target);
        return target.asReadOnly();
    }

    @Override
    public Path file() {
        return mapped.file();
    }

    @Override
    public String container() {
        return zip == null ? "npy" : "npz";
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /// Records left out, bytes that belong to no array, and checksums that do not match; reads all
    /// of the file for the last.
    @Override
    public List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        if (zip != null) {
            for (ZipArchive.Entry entry : zip.entries()) {
                if (!zip.crcMatches(entry)) {
                    all.add(
                            "record '%s' does not have the checksum that the archive gives for it: damaged, or changed after it was written"
                                    .formatted(entry.name()));
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        mapped.close();
    }
}
