package dev.sae4j.lm.hub;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds the files of an upload on the disk.
final class UploadFiles {
    private static final long LARGE =
            10_000_000; // bytes; from here on the hub takes no text inline

    /// What the hub's own `.gitattributes` sends to the store of large files.
    private static final Pattern BINARY =
            Pattern.compile(
                    ".*\\.(safetensors|bin|pt|pth|npz|npy|gguf|onnx|parquet|arrow|zip|gz|zst|7z|tar|model|h5|pkl|ckpt|png|jpg)");

    private UploadFiles() {}

    static List<UploadFile> in(Upload upload) {
        Path folder = upload.folder();
        if (!Files.isDirectory(folder)) {
            throw Sae4jException.in(
                    folder, Files.exists(folder) ? "is a file: name its folder" : "does not exist");
        }
        List<UploadFile> found = new ArrayList<>();
        HubSelection kept = HubSelection.globs(List.of(), upload.exclude());
        HubId whole = upload.to().at("");
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                var asked = List.of(new HubFile(name, 0, "", ""));
                if (!isHidden(name) && !kept.choose(whole, asked).isEmpty()) {
                    found.add(file(upload, path, name));
                }
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(folder, e);
        }
        if (found.isEmpty()) {
            throw Sae4jException.in(folder, "holds no files to publish");
        }
        found.sort(Comparator.comparing(UploadFile::path));
        return found;
    }

    private static boolean isHidden(String name) {
        return Stream.of(name.split("/", -1))
                .anyMatch(part -> part.startsWith(".") && !part.equals(".gitattributes"));
    }

    private static UploadFile file(Upload upload, Path path, String name) throws IOException {
        String place = upload.to().path().isEmpty() ? name : upload.to().path() + "/" + name;
        Optional<String> problem = RemotePath.problem(place);
        if (problem.isPresent()) {
            throw new UsageException(
                    "'%s' cannot be published: its name %s: rename it or leave it out with --exclude"
                            .formatted(name, problem.get()));
        }
        long size = Files.size(path);
        return new UploadFile(path, place, size, guess(name, size));
    }

    private static UploadFile.Way guess(String name, long size) {
        boolean binary = BINARY.matcher(name.toLowerCase(Locale.ROOT)).matches();
        return size > 0 && (binary || size > LARGE) ? UploadFile.Way.LFS : UploadFile.Way.INLINE;
    }
}
