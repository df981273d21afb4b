package dev.sae4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What tells a file from what it was before, found in a moment: its size, and a checksum of small
/// files or the time at which large ones were written.
public final class FileStamps {
    /// Bytes of all files together that are read for checksums.
    private static final long READ = 64 << 20;

    /// A cache has named the content by its checksum, which is worth more than a time.
    private static final Pattern NAMED_BY_CONTENT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private FileStamps() {}

    /// The stamps of files by their names. Equal stamps of large files mean that nobody has written
    /// them since, or has given them their old size and time.
    ///
    /// @param what stands before the names, such as `data file`
    /// @param files as they stand; the first ones are read while there is room
    public static Map<String, String> of(String what, List<Path> files) {
        Map<String, String> stamps = new LinkedHashMap<>();
        long read = 0;
        for (Path file : files) {
            try {
                long bytes = Files.size(file);
                boolean small = read + bytes <= READ;
                read += small ? bytes : 0;
                String key = "%s %s".formatted(what, file.getFileName());
                String stamp = "%d bytes, %s".formatted(bytes, version(file, small));
                stamps.merge(key, stamp, (one, other) -> one + "; " + other);
            } catch (IOException e) {
                throw SafeFiles.cannotRead(file, e);
            }
        }
        return stamps;
    }

    private static String version(Path file, boolean small) throws IOException {
        String content = String.valueOf(file.toRealPath().getFileName());
        if (Files.isSymbolicLink(file) && NAMED_BY_CONTENT.matcher(content).matches()) {
            return "content " + content;
        }
        return small
                ? "checksum " + Checksum.of(file).crc32c()
                : "written "
                        + Files.getLastModifiedTime(file)
                                .toInstant()
                                .truncatedTo(ChronoUnit.MILLIS);
    }
}
