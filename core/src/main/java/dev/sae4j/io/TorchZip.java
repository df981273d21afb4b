package dev.sae4j.io;

import dev.sae4j.io.TorchTensors.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Reads the archives of torch since 1.6: below one folder of any name, `data.pkl` with the object,
/// `data/KEY` with the bytes of each storage, and `byteorder` (`little` where there is none).
final class TorchZip {
    private static final String PICKLE = "/data.pkl";

    /// Longer than any word the record may hold.
    private static final int MAX_BYTE_ORDER = 16;

    private final MappedFile mapped;
    private final ZipArchive zip;

    private TorchZip(MappedFile mapped, ZipArchive zip) {
        this.mapped = mapped;
        this.zip = zip;
    }

    static TensorFile read(MappedFile mapped, ZipArchive zip) {
        return new TorchZip(mapped, zip).read();
    }

    private TensorFile read() {
        String root = root();
        refuseTorchScript(root);
        boolean bigEndian = isBigEndian(root);
        MemorySegment pickle = zip.bytes(zip.find(root + PICKLE).orElseThrow());
        Path file = mapped.file();
        Object object =
                new PickleMachine(file, "data.pkl", pickle, 0, TorchGlobals.context()).load();
        var tensors = new TorchTensors(mapped, new Records(zip, root + "/data/"), bigEndian);
        return new TorchFile(
                mapped, "torch zip", TorchTree.of(file, object, tensors), this::problems);
    }

    /// The folder that everything is in.
    private String root() {
        List<String> roots =
                zip.entries().stream()
                        .map(ZipArchive.Entry::name)
                        .filter(n -> n.endsWith(PICKLE))
                        .map(n -> n.substring(0, n.length() - PICKLE.length()))
                        .toList();
        if (roots.size() != 1) {
            throw Sae4jException.in(
                    mapped.file(),
                    roots.isEmpty()
                            ? "is a zip archive without FOLDER/data.pkl: not written by torch.save"
                            : "has two checkpoints in one archive, '%s' and '%s'"
                                    .formatted(roots.get(0), roots.get(1)));
        }
        String root = roots.getFirst();
        for (ZipArchive.Entry entry : zip.entries()) {
            if (!entry.name().startsWith(root + "/")) {
                throw Sae4jException.in(
                        mapped.file(),
                        "has the record '%s' outside its folder '%s': not written by torch.save"
                                .formatted(entry.name(), root));
            }
        }
        return root;
    }

    private void refuseTorchScript(String root) {
        for (ZipArchive.Entry entry : zip.entries()) {
            String name = entry.name().substring(root.length() + 1);
            if (name.equals("constants.pkl") || name.startsWith("code/")) {
                throw Sae4jException.in(
                        mapped.file(),
                        "is a TorchScript archive, which holds a program ('%s'): save the weights alone, with torch.save(model.state_dict(), file)"
                                .formatted(entry.name()));
            }
        }
    }

    private boolean isBigEndian(String root) {
        Optional<ZipArchive.Entry> entry = zip.find(root + "/byteorder");
        if (entry.isEmpty()) {
            return false;
        }
        String order =
                entry.get().size() > MAX_BYTE_ORDER
                        ? "more than a word"
                        : new String(
                                zip.bytes(entry.get()).toArray(ValueLayout.JAVA_BYTE),
                                StandardCharsets.ISO_8859_1);
        return switch (order.strip()) {
            case "little" -> false;
            case "big" -> true;
            default ->
                    throw Sae4jException.in(
                            mapped.file(),
                            "has the byte order '%s': expected little or big"
                                    .formatted(PickleProblem.shown(order)));
        };
    }

    private List<String> problems() {
        return zip.entries().stream()
                .filter(e -> !zip.crcMatches(e))
                .map(e ->
                        "record '%s' does not match its checksum: damaged, download the file again"
                                .formatted(e.name()))
                .toList();
    }

    /// Storages are records of their own.
    private record Records(ZipArchive zip, String folder) implements TorchTensors.Source {
        @Override
        public Optional<Bytes> find(String key) {
            return zip.find(folder + key)
                    .filter(e -> key.indexOf('/') < 0)
                    .map(e -> new Bytes(e.size(), !e.deflated(), () -> zip.bytes(e)));
        }

        @Override
        public long size() {
            return zip.entries().stream()
                    .filter(e -> e.name().startsWith(folder))
                    .mapToLong(ZipArchive.Entry::size)
                    .sum();
        }
    }
}
