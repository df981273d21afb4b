package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A command that was run in this process.
///
/// @param code exit code
/// @param out all of stdout
/// @param err all of stderr
record Ran(int code, String out, String err) {
    private static final JsonMapper ONE_VALUE =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /// Runs `sae4j` with these words.
    static Ran sae4j(Object... words) {
        return sae4j(Map.of(), words);
    }

    /// Runs `sae4j` with these words and these variables.
    static Ran sae4j(Map<String, String> environment, Object... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        String[] args = Arrays.stream(words).map(Object::toString).toArray(String[]::new);
        int code = Main.run(Terminal.of(out, err, "", environment), Interruption.none(), args);
        return new Ran(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// Checks that it went well.
    Ran ok() {
        assertThat(code).as(err).isZero();
        return this;
    }

    /// Stdout, which must be exactly one JSON value.
    JsonNode json() {
        ok();
        return ONE_VALUE.readTree(out);
    }

    /// Checks that it failed with a sentence that has these parts, and said nothing on stdout.
    Ran failed(int expected, String... parts) {
        assertThat(err).contains(parts).doesNotContain("not foreseen", "\tat ");
        assertThat(err.lines().filter(line -> line.startsWith("sae4j: "))).hasSize(1);
        assertThat(code).isEqualTo(expected);
        assertThat(out).isEmpty();
        return this;
    }

    /// A checksum of each file below a folder, by relative path; that of a training log leaves out
    /// how fast it went.
    static Map<String, String> files(Path folder) {
        try (var paths = Files.walk(folder)) {
            Map<String, String> sums = new TreeMap<>();
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                byte[] sum = MessageDigest.getInstance("SHA-256").digest(lasting(file));
                sums.put(folder.relativize(file).toString(), HexFormat.of().formatHex(sum));
            }
            return sums;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java has SHA-256
        }
    }

    private static byte[] lasting(Path file) throws IOException {
        return file.endsWith("training.jsonl")
                ? Files.readString(file)
                        .replaceAll(",\"tokens_per_second\":[^,}]*", "")
                        .getBytes(StandardCharsets.UTF_8)
                : Files.readAllBytes(file);
    }

    /// Removes a folder with all that is in it.
    static void remove(Path folder) {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Names of what is in a folder, hidden things included; empty if there is no folder.
    static List<String> names(Path folder) {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var paths = Files.list(folder)) {
            return paths.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Checks that nothing below a folder bears the name of something half-written.
    static void assertNothingHalfWritten(Path folder) {
        try (var paths = Files.walk(folder)) {
            assertThat(paths.map(p -> p.getFileName().toString()))
                    .noneMatch(name -> name.endsWith(".part") || name.endsWith(".old"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
