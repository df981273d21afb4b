package dev.sae4j.train.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The frame around each record of a TFRecord file, little-endian: `u64` length n, `u32` masked
/// CRC-32C of the eight bytes of the length, `n` bytes, `u32` masked CRC-32C of these.
final class Records {
    static final int HEADER = 12;
    static final int FOOTER = 4;

    private Records() {}

    static ByteBuffer frame(byte[] data) {
        ByteBuffer record =
                ByteBuffer.allocate(HEADER + data.length + FOOTER).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        record.put(data);
        record.putInt(maskedCrc(data, 0, data.length));
        return record.flip();
    }

    /// The mask keeps a checksum of data that holds checksums from being special.
    static int maskedCrc(byte[] data, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}
