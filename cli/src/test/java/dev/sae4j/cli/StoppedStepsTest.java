package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real processes that are stopped in each of their steps, or run into a limit of the system: what
/// they say is true, and nothing half-written is left.
@Timeout(60)
class StoppedStepsTest {
    private static final String STOPPED = "sae4j: interrupted; nothing half-written was left.";

    @TempDir Path dir;

    /// Stops a command once it has said `when`, and gives back all of stderr.
    private static String stop(String when, Object... words) throws Exception {
        return stop(when, () -> true, words);
    }

    /// Stops a command once it has said `when` and something is so.
    private static String stop(String when, BooleanSupplier ready, Object... words)
            throws Exception {
        Process process = start("", words);
        var err = new StringBuilder();
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.contains(when)) {
                err.append(line).append('\n');
                line = lines.readLine();
            }
            assertThat(line).as("a line with '%s' after: %s", when, err).isNotNull();
            while (!ready.getAsBoolean()) {
                Thread.sleep(10);
            }
            Thread.sleep(50); // into the step
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            lines.lines().forEach(l -> err.append(l).append('\n'));
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(err.toString()).isEqualTo(130);
            assertThat(err.toString().split(STOPPED, -1)).as("says it once: " + err).hasSize(2);
            return err.toString();
        } finally {
            process.destroyForcibly();
        }
    }

    /// Starts Java as the launcher does.
    ///
    /// @param before a shell command to run first
    private static Process start(String before, Object... words) throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("os.name").equals("Linux")) {
            // A parent that ignores SIGINT, as background jobs do, would pass that on.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(List.of("sh", "-c", before + " exec \"$@\"", "sae4j"));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-exports",
                        "java.base/jdk.internal.module=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+UseParallelGC",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName()));
        Arrays.stream(words).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private Path out() {
        return dir.resolve("out");
    }

    @Test
    void harvestingLeavesNothing() throws Exception {
        String err = stop("[2/5]", "quickstart", "--out", out());
        assertThat(err).contains("To go on: run the same command again: harvesting starts over");
        assertThat(Ran.names(out())).isEmpty();
    }

    @Test
    void trainingLeavesTheActivations() throws Exception {
        String err =
                stop("[3/5]", "quickstart", "--tokens", "2k", "--rows", "100M", "--out", out());
        assertThat(err)
                .contains(
                        "To go on: the activations are in %s/store: 'sae4j train --activations %s/store --features 4096 --k 16 --out %s/sae' trains on them, or run the same command again"
                                .formatted(out(), out(), out()));
        assertThat(Ran.names(out())).contains("store").doesNotContain("sae");
        try (var store = ActivationStore.open(out().resolve("store"))) {
            store.verify();
            assertThat(store.rows()).isEqualTo(2_000);
        }
        Ran.sae4j(
                        "train",
                        "--activations",
                        out().resolve("store"),
                        "--features",
                        64,
                        "--k",
                        16,
                        "--out",
                        out().resolve("sae"))
                .ok();
    }

    @Test
    void measuringLeavesTheSae() throws Exception {
        String err =
                stop(
                        "[4/5]",
                        "quickstart",
                        "--threads",
                        1,
                        "--tokens",
                        "30k",
                        "--rows",
                        "2k",
                        "--features",
                        64,
                        "--out",
                        out());
        assertThat(err)
                .contains("To go on: the SAE is in " + out().resolve("sae") + ": 'sae4j eval");
        assertThat(Ran.names(out())).containsExactly("sae", "store", "training.jsonl");
        try (Sae sae = Sae.load(out().resolve("sae"))) {
            assertThat(sae.config().dSae()).isEqualTo(64);
        }
    }

    @Test
    void readingFeaturesLeavesTheMeasuredSae() throws Exception {
        String err =
                stop(
                        "[5/5]",
                        "quickstart",
                        "--threads",
                        1,
                        "--tokens",
                        "30k",
                        "--rows",
                        "2k",
                        "--features",
                        4096,
                        "--out",
                        out());
        assertThat(err)
                .contains("To go on: the SAE and its metrics are in " + out().resolve("sae"));
        assertThat(Ran.names(out())).containsExactly("sae", "store", "training.jsonl");
        try (Sae sae = Sae.load(out().resolve("sae"))) {
            assertThat(sae.config().metadata()).containsKey("metrics");
        }
    }

    @Test
    void aTrainingOfItsOwnSaysHowToResume() throws Exception {
        Path store = dir.resolve("store");
        Ran.sae4j("harvest", "--hook", "resid_post.2", "--tokens", "2k", "--out", store).ok();
        Object[] train = {
            "train",
            "--activations",
            store,
            "--features",
            256,
            "--rows",
            "100M",
            "--save-every",
            1,
            "--out",
            out(),
            "--k",
            16
        };
        Path states = out().resolve("state");
        // the second is begun when it is said that there is a first one
        BooleanSupplier saved =
                () -> Ran.names(states).stream().filter(n -> n.matches("step-\\d+")).count() == 2;
        String err = stop(" rows, ", saved, train);
        assertThat(err)
                .contains("To go on: add --resume to the same command: it goes on after step ");
        Ran.assertNothingHalfWritten(dir);
        assertThat(Ran.names(out()))
                .containsExactly("recipe.yaml", "run.json", "state", "training.jsonl");
        assertThat(Ran.names(out().resolve("state"))).hasSizeBetween(1, 2);
        Map<String, String> before = Ran.files(dir);
        Ran.sae4j(train)
                .failed(2, "out holds a run that is not finished: go on with it by --resume");
        train[train.length - 1] = 17;
        Object[] resumed = Arrays.copyOf(train, train.length + 1);
        resumed[train.length] = "--resume";
        Ran.sae4j(resumed).failed(2, "cannot be resumed: recipes[0].activation.k was 16 and is 17");
        assertThat(Ran.files(dir)).isEqualTo(before);
    }

    /// A limit on the size of files: writing fails in the middle of a shard, as on a full disk.
    @Test
    void aStoreThatCannotBeWrittenLeavesNothing() throws Exception {
        Process process =
                start(
                        "ulimit -f 200;",
                        "harvest",
                        "--hook",
                        "resid_post.2",
                        "--tokens",
                        800,
                        "--out",
                        out());
        try {
            String err =
                    new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(err).isEqualTo(1);
            assertThat(err)
                    .contains("sae4j: [.out.part/shard-00000.safetensors] cannot be written: ");
            assertThat(dir).isEmptyDirectory();
        } finally {
            process.destroyForcibly();
        }
    }
}
