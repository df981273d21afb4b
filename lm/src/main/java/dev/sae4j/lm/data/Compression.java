package dev.sae4j.lm.data;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import dev.sae4j.io.SafeFiles;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// How a file is compressed, told by the end of its name.
enum Compression {
    NONE(""),
    GZIP(".gz"),
    ZSTD(".zst");

    private static final int BUFFER = 1 << 16;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /// Of a file of this name, in lower case.
    static Compression of(String name) {
        return name.endsWith(GZIP.suffix) ? GZIP : name.endsWith(ZSTD.suffix) ? ZSTD : NONE;
    }

    /// The name without the part that tells.
    String strip(String name) {
        return name.substring(0, name.length() - suffix.length());
    }

    /// The bytes that were compressed; damage is an [IOException] that says so.
    InputStream open(Path file) {
        try {
            InputStream raw = Files.newInputStream(file);
            try {
                return new Checked(
                        this,
                        switch (this) {
                            case NONE -> raw;
                            case GZIP -> new GZIPInputStream(raw, BUFFER);
                            case ZSTD -> new ZstdInputStream(raw);
                        });
            } catch (IOException e) {
                raw.close();
                throw damaged(e);
            }
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private IOException damaged(IOException e) {
        boolean damage =
                this != NONE
                        && (e instanceof ZipException
                                || e instanceof EOFException
                                || e instanceof ZstdIOException);
        return damage
                ? new IOException(
                        "its %s data is damaged or cut short (%s); copy or download it again"
                                .formatted(this == GZIP ? "gzip" : "zstd", e.getMessage()),
                        e)
                : e;
    }

    private static final class Checked extends FilterInputStream {
        private final Compression kind;

        Checked(Compression kind, InputStream in) {
            super(in);
            this.kind = kind;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            try {
                return in.read(target, from, length);
            } catch (IOException e) {
                throw kind.damaged(e);
            }
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException e) {
                throw kind.damaged(e);
            }
        }
    }
}
