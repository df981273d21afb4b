package dev.sae4j.io;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/// Writes an uncompressed zip archive the way torch does: the data of each record begins at a
/// multiple of 64 bytes, so that readers can map it.
///
/// The gap is filled by an extra field with the id `FB` and letters `Z`, as torch's is. Dates are
/// 1980-01-01 and the CRCs real, so the same input always gives the same bytes. Numbers beyond 32
/// bits go to zip64 fields.
final class ZipWriter implements Closeable {
    private static final int ALIGNMENT = 64;
    private static final long FULL = 0xffffffffL;
    private static final int UTF8 = 0x0800;
    private static final int NEW_YEAR_1980 = 0x0021;
    private static final int ZIP64_VERSION = 45;
    private static final int PLAIN_VERSION = 20;

    private final OutputStream out;
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private final Set<String> names = new HashSet<>();
    private final byte[] block = new byte[1 << 16];
    private long written;
    private boolean closed;

    ZipWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes a record.
    ///
    /// @param data the content, written one after the other; read twice
    void add(String name, List<MemorySegment> data) throws IOException {
        if (!names.add(name)) {
            throw new IllegalArgumentException("two records named '" + name + "'");
        }
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        long size = data.stream().mapToLong(MemorySegment::byteSize).sum();
        CRC32 crc = new CRC32();
        for (MemorySegment part : data) {
            blocks(part, crc::update);
        }
        long local = written;
        write(localHeader(utf8, size, crc.getValue()));
        for (MemorySegment part : data) {
            blocks(part, out::write);
        }
        written += size;
        directory.writeBytes(directoryHeader(utf8, size, crc.getValue(), local));
    }

    private byte[] localHeader(byte[] name, long size, long crc) {
        int zip64 = size >= FULL ? 20 : 0;
        long unpadded = written + 30 + name.length + zip64 + 4;
        int padding = (int) Math.floorMod(-unpadded, (long) ALIGNMENT);
        byte[] bytes = new byte[30 + name.length + zip64 + 4 + padding];
        ByteBuffer header = over(bytes);
        header.putInt(0x04034b50);
        common(header, size, size >= FULL, crc);
        header.putShort((short) name.length).putShort((short) (zip64 + 4 + padding)).put(name);
        if (zip64 > 0) {
            header.putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
        }
        header.put((byte) 'F').put((byte) 'B').putShort((short) padding);
        while (header.hasRemaining()) {
            header.put((byte) 'Z');
        }
        return bytes;
    }

    private static byte[] directoryHeader(byte[] name, long size, long crc, long local) {
        int wide = (size >= FULL ? 16 : 0) + (local >= FULL ? 8 : 0);
        int extra = wide == 0 ? 0 : 4 + wide;
        byte[] bytes = new byte[46 + name.length + extra];
        ByteBuffer header = over(bytes);
        header.putInt(0x02014b50).putShort((short) (wide > 0 ? ZIP64_VERSION : PLAIN_VERSION));
        common(header, size, wide > 0, crc);
        header.putShort((short) name.length).putShort((short) extra);
        header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
        header.putInt((int) Math.min(local, FULL)).put(name);
        if (extra > 0) {
            header.putShort((short) 1).putShort((short) wide);
            if (size >= FULL) {
                header.putLong(size).putLong(size);
            }
            if (local >= FULL) {
                header.putLong(local);
            }
        }
        return bytes;
    }

    /// The fields that both headers of a record have in the same order.
    private static void common(ByteBuffer header, long size, boolean zip64, long crc) {
        header.putShort((short) (zip64 ? ZIP64_VERSION : PLAIN_VERSION));
        header.putShort((short) UTF8).putShort((short) 0);
        header.putShort((short) 0).putShort((short) NEW_YEAR_1980).putInt((int) crc);
        header.putInt((int) Math.min(size, FULL)).putInt((int) Math.min(size, FULL));
    }

    /// Writes the directory; leaves the stream open.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        long at = written;
        long size = directory.size();
        int records = names.size();
        write(directory.toByteArray());
        if (records >= 0xffff || at >= FULL || size >= FULL) {
            write(zip64End(records, size, at));
        }
        byte[] bytes = new byte[22];
        ByteBuffer end = over(bytes);
        end.putInt(0x06054b50).putInt(0);
        end.putShort((short) Math.min(records, 0xffff)).putShort((short) Math.min(records, 0xffff));
        end.putInt((int) Math.min(size, FULL)).putInt((int) Math.min(at, FULL)).putShort((short) 0);
        write(bytes);
    }

    private byte[] zip64End(long records, long size, long at) {
        byte[] bytes = new byte[56 + 20];
        ByteBuffer end = over(bytes);
        end.putInt(0x06064b50).putLong(44);
        end.putShort((short) ZIP64_VERSION).putShort((short) ZIP64_VERSION).putInt(0).putInt(0);
        end.putLong(records).putLong(records).putLong(size).putLong(at);
        end.putInt(0x07064b50).putInt(0).putLong(written).putInt(1);
        return bytes;
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }

    private interface Sink {
        void take(byte[] block, int from, int count) throws IOException;
    }

    private void blocks(MemorySegment data, Sink sink) throws IOException {
        for (long at = 0; at < data.byteSize(); at += block.length) {
            int n = (int) Math.min(block.length, data.byteSize() - at);
            MemorySegment.copy(data, at, MemorySegment.ofArray(block), 0, n);
            sink.take(block, 0, n);
        }
    }

    private static ByteBuffer over(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
