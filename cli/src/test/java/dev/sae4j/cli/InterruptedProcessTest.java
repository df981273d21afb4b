package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.AtomicFolder;
import dev.sae4j.io.SafeFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real process that is stopped while it writes.
@Timeout(60)
class InterruptedProcessTest {
    @TempDir Path folder;

    @Test
    void ctrlCLeavesNothingHalfWrittenAndSaysHowToGoOn() throws Exception {
        Process process = start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("writing");
            assertThat(names()).anyMatch(name -> name.endsWith(".part"));
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            String err =
                    new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
            assertThat(err)
                    .contains("sae4j: interrupted; nothing half-written was left.")
                    .contains("To go on: add --resume to the same command");
            assertThat(names()).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("os.name").equals("Linux")) {
            // A parent that ignores SIGINT, as background jobs do, would pass that on.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Slow.class.getName(),
                        folder.toString()));
        return new ProcessBuilder(command).start();
    }

    /// A program that never finishes its folder and its file.
    static final class Slow {
        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            var console =
                    new Console(Terminal.ofProcess(), new CommonOptions(), Interruption.watch());
            console.ifInterrupted("add --resume to the same command");
            try (AtomicFolder out = AtomicFolder.create(folder.resolve("store"))) {
                SafeFiles.writeString(out.path().resolve("shard"), "some");
                SafeFiles.write(
                        folder.resolve("sae.safetensors"),
                        stream -> {
                            stream.write(new byte[1 << 20]);
                            System.out.println("writing");
                            forever();
                        });
                out.commit();
            }
        }

        private static void forever() {
            while (true) {
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
