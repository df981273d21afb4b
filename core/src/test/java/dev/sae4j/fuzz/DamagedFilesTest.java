package dev.sae4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sae4j.inspect.Inspection;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Damages every recorded file in many ways. Each damaged one must load or be refused by a
/// [Sae4jException]: no other exception, no hang, no memory out of proportion, no new files.
///
/// `-Dsae4j.fuzz=N` sets the number of damaged files of a run; `-Dsae4j.seed=N` another beginning.
@Tag("fixtures-checkpoints")
class DamagedFilesTest {
    private static final int RUNS = Integer.getInteger("sae4j.fuzz", 24_000);
    private static final long SEED = Long.getLong("sae4j.seed", 1);

    /// A second is a hang; twenty allow for a machine that is busy with other things.
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("sae4j.fuzz.seconds", "20"));

    private static final long SLACK = 64L << 20;

    private static final Map<String, int[]> COUNTS = new TreeMap<>();
    private static double slowest;

    @TempDir Path scratch;

    /// What is damaged: a file, with all that lies beside it.
    ///
    /// @param id of the recorded case
    /// @param format for the count
    /// @param folder of the case
    /// @param load what is opened, relative to it
    private record Victim(String id, String format, Path folder, Path load) {}

    private static List<Victim> victims() throws IOException {
        List<Victim> all = new ArrayList<>();
        for (var manifest :
                Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile"))) {
            for (String list : List.of("cases", "edge")) {
                for (JsonNode c : manifest.json().path(list)) {
                    all.add(
                            new Victim(
                                    c.path("id").asString(),
                                    c.path("format").asString("oddity"),
                                    manifest.folder().resolve(c.path("dir").asString()),
                                    Path.of(c.path("load").asString())));
                }
            }
        }
        for (Path file : list(Fixtures.root())) {
            if (file.toString().endsWith(".gguf") && !file.toString().contains("hostile")) {
                Path name = file.getFileName();
                all.add(new Victim(name.toString(), "gguf", file.getParent(), name));
            }
        }
        return all;
    }

    @TestFactory
    Stream<DynamicTest> damagedFilesLoadOrAreRefused() throws IOException {
        List<Victim> victims = victims();
        int each = Math.ceilDiv(RUNS, victims.size());
        return victims.stream().map(v -> DynamicTest.dynamicTest(v.id(), () -> damage(v, each)));
    }

    private void damage(Victim victim, int times) throws IOException {
        Path copy = scratch.resolve("victim");
        List<Path> files = copyFolder(victim, copy);
        Path load = copy.resolve(victim.load()).normalize();
        var random = new SplittableRandom(SEED + victim.id().hashCode());
        try (Workers workers = Workers.of(1)) {
            for (int i = 0; i < times; i++) {
                Path file = files.get(random.nextInt(files.size()));
                byte[] whole = Files.readAllBytes(file);
                byte[] damaged = Mutations.damaged(whole, random);
                Files.write(file, damaged);
                try {
                    attempt(workers, victim, load, damaged.length);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(
                            "%s, damaged copy %d of %s (seed %d)"
                                    .formatted(victim.id(), i, copy.relativize(file), SEED),
                            e);
                }
                Files.write(file, whole);
            }
        }
        assertThat(list(copy)).containsExactlyInAnyOrderElementsOf(files);
        deleteAll(copy);
        assertThat(list(scratch)).isEmpty();
    }

    private static void attempt(Workers workers, Victim victim, Path load, long size) {
        int[] count = COUNTS.computeIfAbsent(victim.format(), f -> new int[2]);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        double seconds = seconds(workers, load, count);
        assertThat(threads.getCurrentThreadAllocatedBytes() - allocated)
                .as("bytes allocated")
                .isLessThan(2 * size + SLACK);
        if (seconds > SECONDS) {
            seconds = seconds(workers, load, new int[2]);
        }
        slowest = Math.max(slowest, seconds);
        assertThat(seconds).as("seconds").isLessThan(SECONDS);
    }

    /// @param count of files that loaded, and of those that were refused
    private static double seconds(Workers workers, Path load, int[] count) {
        long start = System.nanoTime();
        try {
            use(workers, load);
            count[0]++;
        } catch (Sae4jException e) {
            assertThat(e).hasMessageStartingWith("[");
            count[1]++;
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /// Opens, encodes, decodes; files that are no SAE any more are listed.
    private static void use(Workers workers, Path load) {
        if (Files.isRegularFile(load)) {
            try (TensorFile file = TensorFile.open(load)) {
                file.values();
                for (Tensor tensor : file.tensors().values()) {
                    if (tensor.elements() < 1 << 20) {
                        tensor.data();
                    }
                }
                file.problems();
            }
        }
        if (load.toString().endsWith(".gguf")) {
            return; // language models, not SAEs
        }
        try (Sae sae = Sae.load(load)) {
            Rows x = Rows.of(new float[2 * sae.config().dIn()], 2, sae.config().dIn());
            var codes = sae.encode(workers, x);
            sae.decode(workers, x, codes, new float[2 * sae.config().dOut()]);
        }
        Inspection.of(load);
    }

    private static List<Path> copyFolder(Victim victim, Path copy) throws IOException {
        Path wanted = victim.folder().resolve(victim.load()).normalize();
        Map<Path, Path> files = new LinkedHashMap<>();
        for (Path file : list(victim.folder())) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            boolean near =
                    file.equals(wanted)
                            || file.startsWith(wanted)
                            || (!name.endsWith(".pt") && wanted.startsWith(file.getParent()));
            if (near && !name.startsWith("expected") && !name.contains("trainer_state")) {
                files.put(file, copy.resolve(victim.folder().relativize(file)));
            }
        }
        for (var entry : files.entrySet()) {
            Files.createDirectories(entry.getValue().getParent());
            Files.copy(entry.getKey(), entry.getValue());
        }
        return List.copyOf(files.values());
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @AfterAll
    static void report() {
        int loaded = COUNTS.values().stream().mapToInt(c -> c[0]).sum();
        int refused = COUNTS.values().stream().mapToInt(c -> c[1]).sum();
        assertThat(loaded + refused).isGreaterThanOrEqualTo(Math.min(RUNS, 20_000));
        assertThat(loaded).as("some damage is harmless").isPositive();
        assertThat(refused).isPositive();
        System.getLogger(DamagedFilesTest.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "damaged files: %d loaded, %d refused, slowest %.3f s; %s"
                                .formatted(loaded, refused, slowest, counts()));
    }

    private static String counts() {
        var text = new StringBuilder();
        COUNTS.forEach((format, c) -> text.append("%s %d+%d, ".formatted(format, c[0], c[1])));
        return text.toString();
    }
}
