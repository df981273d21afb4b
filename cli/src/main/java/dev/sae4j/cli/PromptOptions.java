package dev.sae4j.cli;

import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The text that a model goes on with.
@Command
final class PromptOptions {
    private static final int MOST = 16 << 20;

    @Option(
            names = "--prompt",
            paramLabel = "P",
            description = "Text to go on with; - reads it from stdin.")
    private @Nullable String prompt;

    @Option(
            names = "--prompt-file",
            paramLabel = "FILE",
            description = "The same from a file (UTF-8, without its last line break).")
    private @Nullable Path file;

    /// The text.
    ///
    /// @param stdin read only if it is asked for
    String text(InputStream stdin) {
        if ((prompt == null) == (file == null)) {
            throw new UsageException("give either --prompt or --prompt-file");
        }
        if (prompt != null) {
            return prompt.equals("-") ? read(stdin, Path.of("stdin")) : prompt;
        }
        Path path = Objects.requireNonNull(file);
        try (InputStream in = Files.newInputStream(path)) {
            return read(in, path);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(path, e);
        }
    }

    private static String read(InputStream in, Path name) {
        try {
            byte[] bytes = in.readNBytes(MOST + 1);
            if (bytes.length > MOST) {
                throw new UsageException(
                        "[%s] is longer than 16 MiB: that is no prompt".formatted(name));
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .replaceFirst("\\R$", "");
        } catch (IOException e) {
            throw SafeFiles.cannotRead(name, e);
        }
    }
}
