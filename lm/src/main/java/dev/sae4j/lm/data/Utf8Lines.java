package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Lines of a file that must be UTF-8 text; says where it is not. A byte-order mark at the beginning
/// is skipped.
final class Utf8Lines implements AutoCloseable {
    /// A longer line is no document but a file of another kind.
    private static final int MAX_LINE = 64 << 20;

    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final byte[] buffer = new byte[BUFFER];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int at;
    private int end;
    private long lineNumber;
    private long lineStart;

    Utf8Lines(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /// The next line without its end, or null after the last.
    @Nullable String next() {
        line.reset();
        try {
            boolean found = false;
            while (!found && fill()) {
                int from = at;
                while (at < end && buffer[at] != '\n') {
                    at++;
                }
                line.write(buffer, from, at - from);
                found = at < end;
                if (line.size() > MAX_LINE) {
                    throw Sae4jException.in(
                            file,
                            "line %d is longer than 64 MiB: expected one document a line"
                                    .formatted(lineNumber + 1));
                }
            }
            if (!found && line.size() == 0) {
                return null;
            }
            at += found ? 1 : 0;
            lineNumber++;
            String text = decode(line.toByteArray());
            lineStart += line.size() + 1L;
            return text;
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    /// False at the end of the file.
    private boolean fill() throws IOException {
        if (at < end) {
            return true;
        }
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    private String decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.reset().decode(in, out, true);
        if (result.isError()) {
            throw Sae4jException.in(
                    file,
                    "is not UTF-8 text: byte 0x%02x at offset %d (line %d); convert it first (iconv -t UTF-8)"
                            .formatted(
                                    bytes[in.position()], lineStart + in.position(), lineNumber));
        }
        String text = out.flip().toString();
        if (text.indexOf('\0') >= 0) {
            throw Sae4jException.in(
                    file,
                    "holds a zero byte in line %d: a binary file, or UTF-16; expected text in UTF-8"
                            .formatted(lineNumber));
        }
        return lineNumber == 1 && text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }
}
