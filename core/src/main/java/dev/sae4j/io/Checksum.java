package dev.sae4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// Size and CRC-32C of a file.
///
/// @param bytes size of the file
/// @param crc32c eight hexadecimal digits
public record Checksum(long bytes, String crc32c) {
    private static final int BLOCK = 1 << 20;

    /// Reads the whole file.
    public static Checksum of(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            CRC32C crc = new CRC32C();
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            long bytes = 0;
            while (channel.read(block) >= 0) {
                bytes += block.flip().remaining();
                crc.update(block);
                block.clear();
            }
            return new Checksum(bytes, hex(crc));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// A CRC-32C as eight hexadecimal digits.
    public static String hex(CRC32C crc) {
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
