package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One repository in the cache, laid out as Python's `huggingface_hub` does:
///
/// - `models--ORG--NAME/blobs/ETAG`: contents
/// - `models--ORG--NAME/snapshots/COMMIT/PATH`: links to them
/// - `models--ORG--NAME/refs/REVISION`: the commit that a branch was when last asked
/// - `models--ORG--NAME/trees/COMMIT.json`: the list of all files of a commit
/// - `.locks/models--ORG--NAME/ETAG.lock`
final class HubCache {
    private static final int TREE_VERSION = 1;

    private final HubSettings settings;
    private final HubId id;
    private final Path folder;

    HubCache(HubSettings settings, HubId id) {
        this.settings = settings;
        this.id = id;
        this.folder = settings.cache().resolve(folderName());
    }

    private String folderName() {
        return id.kind().plural() + "--" + id.repo().replace("/", "--");
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    private Path ref() {
        return folder.resolve("refs").resolve(id.revision());
    }

    /// The commit that the revision was when it was last asked for.
    Optional<String> commit() {
        if (id.isPinned()) {
            return Optional.of(id.revision());
        }
        try {
            if (!Files.isRegularFile(ref()) || Files.size(ref()) > 1024) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(ref()).strip()).filter(HubId::isCommit);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(ref(), e);
        }
    }

    void remember(String commit) {
        if (!id.revision().equals(commit) && !commit().equals(Optional.of(commit))) {
            write(ref(), commit);
        }
    }

    /// A file of a snapshot, if it is there.
    Optional<Path> file(String commit, String path) {
        return Optional.of(snapshot(commit).resolve(path)).filter(Files::isRegularFile);
    }

    /// True if a file is there and has its size.
    boolean has(String commit, HubFile file) {
        try {
            Optional<Path> there = file(commit, file.path());
            return there.isPresent() && Files.size(there.get()) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    /// The content itself, whichever commits it belongs to.
    Path blob(HubFile file) {
        return folder.resolve("blobs").resolve(file.etag());
    }

    /// Where a blob goes. The names of what is incomplete differ from Python's, which would take
    /// them for files that grow from their beginning.
    Place place(HubFile file) {
        return new Place(
                blob(file),
                blob(file).resolveSibling(file.etag() + ".sae4j.incomplete"),
                settings.cache()
                        .resolve(".locks")
                        .resolve(folderName())
                        .resolve(file.etag() + ".lock"));
    }

    /// Makes a blob a file of a snapshot: a link or, where there can be none, a copy.
    ///
    /// @param fresh true if the blob belongs to no other snapshot yet
    Path link(String commit, HubFile file, boolean fresh) {
        Path pointer = snapshot(commit).resolve(file.path());
        try {
            Path parent = Objects.requireNonNull(pointer.getParent());
            Files.createDirectories(parent);
            if (!parent.toRealPath().startsWith(snapshot(commit).toRealPath())) {
                throw Sae4jException.in(parent, "leads out of the cache: remove that link");
            }
            Path part = beside(pointer);
            if (settings.links() && linked(part, parent.relativize(blob(file)))) {
                Files.move(part, pointer, StandardCopyOption.ATOMIC_MOVE);
            } else if (fresh) {
                Files.move(blob(file), pointer, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.copy(blob(file), part);
                Files.move(
                        part,
                        pointer,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            return pointer;
        } catch (FileAlreadyExistsException e) {
            throw Sae4jException.in(pointer, "is in the way of a file of " + id, e);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(pointer, e);
        }
    }

    private static boolean linked(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // a file system, or a user of Windows, that may not have links
        }
    }

    private Path tree(String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }

    /// The list of a commit's files, if it was kept. One that cannot be read is as good as none.
    Optional<Listing> listing(String commit) {
        if (!Files.isRegularFile(tree(commit))) {
            return Optional.empty();
        }
        try {
            JsonNode node = Json.readObject(tree(commit));
            if (node.path("format_version").asInt(0) != TREE_VERSION) {
                return Optional.empty();
            }
            List<HubFile> files = new ArrayList<>();
            for (var entry : node.path("files").properties()) {
                JsonNode file = entry.getValue();
                files.add(
                        new HubFile(
                                entry.getKey(),
                                file.path("lfs_size").asLong(file.path("size").asLong(-1)),
                                file.path("blob_id").asString(""),
                                file.path("lfs_sha256").asString("")));
            }
            return Optional.of(new Listing(commit, files, true).checked(id));
        } catch (Sae4jException e) {
            System.getLogger(HubCache.class.getName())
                    .log(System.Logger.Level.DEBUG, "a list of files is not used", e);
            return Optional.empty();
        }
    }

    void keep(Listing listing) {
        ObjectNode root = Json.PRETTY.createObjectNode().put("format_version", TREE_VERSION);
        ObjectNode files = root.putObject("files");
        for (HubFile file : listing.files()) {
            ObjectNode entry = files.putObject(file.path());
            entry.put("size", file.size()).put("blob_id", file.gitId());
            if (!file.sha256().isEmpty()) {
                entry.put("lfs_sha256", file.sha256()).put("lfs_size", file.size());
            }
        }
        write(tree(listing.commit()), Json.PRETTY.writeValueAsString(root));
    }

    /// Writes beside and renames, under a name that no other process takes.
    private static void write(Path file, String text) {
        Path part = beside(file);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(part, text);
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    private static Path beside(Path file) {
        return file.resolveSibling(
                ".%s.%d-%x.tmp"
                        .formatted(
                                file.getFileName(),
                                ProcessHandle.current().pid(),
                                ThreadLocalRandom.current().nextLong()));
    }

    /// The files of a snapshot that are there.
    Listing present(String commit) {
        Path snapshot = snapshot(commit);
        List<HubFile> files = new ArrayList<>();
        if (Files.isDirectory(snapshot)) {
            try (Stream<Path> paths = Files.walk(snapshot)) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    String name = snapshot.relativize(path).toString().replace('\\', '/');
                    files.add(new HubFile(name, Files.size(path), "", ""));
                }
            } catch (IOException e) {
                throw SafeFiles.cannotRead(snapshot, e);
            }
        }
        files.sort(Comparator.comparing(HubFile::path));
        return new Listing(commit, files, false);
    }

    /// Where all of it is, for messages.
    Path folder() {
        return folder;
    }
}
