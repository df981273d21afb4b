package dev.sae4j.lm.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The two checksums of the hub: SHA-256 of large files, and git's SHA-1 of `blob SIZE\0` and the
/// content of all others.
final class Digests {
    private static final int BLOCK = 1 << 20; // bytes

    private Digests() {}

    static String sha256(Path file) throws IOException {
        return hex(file, digest("SHA-256"));
    }

    static String gitId(Path file, long size) throws IOException {
        MessageDigest digest = digest("SHA-1");
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        return hex(file, digest);
    }

    /// The checksum by which a file of the hub is known.
    static String like(HubFile known, Path file) throws IOException {
        return known.sha256().isEmpty() ? gitId(file, known.size()) : sha256(file);
    }

    private static String hex(Path file, MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            while (channel.read(block) >= 0) {
                digest.update(block.flip());
                block.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has both
        }
    }
}
