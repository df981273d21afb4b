package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real process that is killed (SIGKILL) while it harvests and gone on with: the store is, byte for
/// byte, that of a harvest which nobody disturbed.
@Timeout(120)
class KilledHarvestTest {
    private static final int KILLS = 4;

    /// A harvest that is not killed takes about 130 times this.
    private static final int PAUSE = 10;

    @TempDir Path dir;

    @Test
    void goesOnAfterSigkill() throws Exception {
        Path whole = dir.resolve("whole");
        HarvestingChild.harvest(whole, 0);
        Path folder = dir.resolve("killed");
        var random = new SplittableRandom(7);
        for (int kill = 0; kill < KILLS; kill++) {
            Process child = start(folder, PAUSE);
            long shards = shards();
            // half of them as soon as there is something new to go on with
            for (int i = 0;
                    i < 400 && child.isAlive() && (kill % 2 == 0 || shards() == shards);
                    i++) {
                TimeUnit.MILLISECONDS.sleep(5);
                if (kill % 2 == 0 && i == 100 + random.nextInt(100)) {
                    break;
                }
            }
            child.destroyForcibly().waitFor();
        }
        assertThat(start(folder, 0).waitFor()).isZero();
        assertThat(names(folder)).isEqualTo(names(whole));
        for (String name : names(whole)) {
            assertThat(folder.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
        }
        assertThat(names(dir)).containsExactly("killed", "whole");
    }

    private long shards() throws IOException {
        Path part = dir.resolve(".killed.part");
        return Files.isDirectory(part)
                ? names(part).stream().filter(n -> n.startsWith("shard")).count()
                : 0;
    }

    private static Process start(Path folder, int pause) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HarvestingChild.class.getName(),
                        folder.toString(),
                        "" + pause)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
