package dev.sae4j.train.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.kernel.Workers;
import dev.sae4j.store.ActivationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process with a sweep is killed (SIGKILL) again and again.
class KilledSweepTest {
    private static final int KILLS = 10;

    /// Steps, or cells finished, that a process lives to see; all would take about 125.
    private static final int MOST_EVENTS = 30;

    /// A step takes about as long.
    private static final int MOST_MICROSECONDS = 10_000;

    private static final List<String> TIMES = List.of("seconds", "tokens_per_second");

    /// Two groups: cells of batch 64 and of batch 32.
    private static final String GRID =
            """
            recipe: grid-search
            set: {epochs: 3, learning_rate.peak: 1e-2}
            grid: {batch: [64, 32], expansion: [2, 4]}
            cells:
              - {activation.k: 2}
              - {recipe: grid-search-jumprelu, activation.threshold: 0.1}
            """;

    @TempDir Path dir;

    @Test
    void aSweepThatWasKilledTenTimesEndsAsOneThatWasNot() throws Exception {
        Path file = Files.writeString(dir.resolve("grid.yaml"), GRID);
        Path killed = dir.resolve("killed");
        Path whole = dir.resolve("whole");
        try (ActivationStore store = SmallStore.write(dir.resolve("store"), 1000, 3);
                Workers workers = Workers.of(2)) {
            SweepingChild.sweep(workers, file, store, whole, SweepListener.NONE);
            var random = new SplittableRandom(9);
            Set<String> groups = new TreeSet<>();
            for (int kill = 0; kill < KILLS; kill++) {
                runAndKill(file, killed, random);
                Path group = killed.resolve("state/group.json");
                if (Files.exists(group)) {
                    groups.add(Files.readString(group));
                }
            }
            assertThat(groups).as("groups that were killed").hasSize(2);
            SweepingChild.sweep(workers, file, store, killed, SweepListener.NONE);
        }
        for (String name : List.of("results.csv", "results_full.csv")) {
            assertThat(withoutTimes(killed.resolve(name)))
                    .isEqualTo(withoutTimes(whole.resolve(name)));
        }
        assertThat(weights(killed)).hasSize(8).isEqualTo(weights(whole));
        assertThat(logs(killed)).isEqualTo(logs(whole));
        assertThat(killed.toFile().list()).containsExactlyInAnyOrder(whole.toFile().list());
    }

    private void runAndKill(Path file, Path out, SplittableRandom random) throws Exception {
        Process child =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "--add-modules",
                                        "jdk.incubator.vector",
                                        "-Xshare:auto",
                                        "-XX:+UseSerialGC",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        SweepingChild.class.getName(),
                                        file.toString(),
                                        dir.resolve("store").toString(),
                                        out.toString()))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var said = child.getInputStream()) {
            said.readNBytes(1 + random.nextInt(MOST_EVENTS)); // fewer at the end
            TimeUnit.MICROSECONDS.sleep(random.nextInt(MOST_MICROSECONDS));
            child.toHandle().destroyForcibly();
            child.waitFor();
        }
    }

    /// A table without the columns that hold times.
    static String withoutTimes(Path table) throws IOException {
        List<String> lines = Files.readAllLines(table);
        List<String> columns = Arrays.asList(lines.getFirst().split(",", -1));
        StringBuilder kept = new StringBuilder();
        for (String line : lines) {
            String[] values = line.split(",", -1);
            List<String> row = new ArrayList<>();
            for (int c = 0; c < values.length; c++) {
                if (c >= columns.size() || !TIMES.contains(columns.get(c))) {
                    row.add(values[c]);
                }
            }
            kept.append(String.join(",", row)).append('\n');
        }
        return kept.toString();
    }

    private static Map<String, List<Byte>> weights(Path sweep) throws IOException {
        Map<String, List<Byte>> all = new TreeMap<>();
        for (Path file : files(sweep, "sae_weights.safetensors")) {
            List<Byte> bytes = new ArrayList<>();
            for (byte b : Files.readAllBytes(file)) {
                bytes.add(b);
            }
            all.put(sweep.relativize(file).toString(), bytes);
        }
        return all;
    }

    private static Map<String, String> logs(Path sweep) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (Path file : files(sweep, "training.jsonl")) {
            String text = Files.readString(file).replaceAll("\"seconds\":[^,}]*", "");
            all.put(sweep.relativize(file).toString(), text);
        }
        return all;
    }

    private static List<Path> files(Path sweep, String name) throws IOException {
        try (var all = Files.walk(sweep)) {
            return all.filter(file -> file.endsWith(name)).toList();
        }
    }
}
