package dev.sae4j.store;

import dev.sae4j.io.SafeFiles;
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
record Checksum(long bytes, String crc32c) {
    private static final int BLOCK = 1 << 20;

    static Checksum of(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            CRC32C crc = new CRC32C();
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            long bytes = 0;
            while (channel.read(block) >= 0) {
                bytes += block.flip().remaining();
                crc.update(block);
                block.clear();
            }
            return new Checksum(bytes, HexFormat.of().toHexDigits((int) crc.getValue()));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
