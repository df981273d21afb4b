package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real `train` processes that are killed (SIGKILL) at 50 random moments and resumed each time: what
/// is there in the end is, bit for bit, what a run leaves that nobody disturbed.
///
/// Each step saves a state. A third of the kills wait until one is being written, some come before
/// anything is done, the others anywhere. Two runs are killed at the same time, 25 times each, because
/// starting Java takes most of the time.
@Timeout(300)
class KilledTrainingTest {
    private static final int RUNS = 2;
    private static final int KILLS = 25;
    private static final int STEPS = 100;
    private static final int BATCH = 16;
    private static final long SEED = 20250;

    @TempDir static Path shared;
    @TempDir Path dir;

    /// `[1000, 16]`
    private static Path rows() {
        return shared.resolve("rows.safetensors");
    }

    @BeforeAll
    static void writeRows() {
        var random = new SplittableRandom(1);
        float[] values = new float[1000 * 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        SafetensorsWriter.write(
                rows(), Map.of(), List.of(Tensor.ofFloats("activations", values, 1000, 16)));
    }

    /// One SAE with AuxK and a decoder of norm 1, one whose coefficient is steered: their states hold
    /// all kinds of things.
    private static List<String> train(Path out) {
        String line =
                "train --recipe topk --recipe pythia-x32-adaptive --features 256 --validation 0.1"
                        + " --set learning_rate.peak=1e-3 --snapshots 480,50% --save-every 1"
                        + " --log-every 1 --threads 1 --quiet --resume";
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        words.addAll(List.of("--batch", "" + BATCH, "--rows", "" + STEPS * BATCH));
        words.addAll(List.of("--activations", rows().toString(), "--out", out.toString()));
        return words;
    }

    private static Process start(Path out) throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-exports",
                        "java.base/jdk.internal.module=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName()));
        command.addAll(train(out));
        File log = out.resolveSibling(out.getFileName() + ".log").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    /// What became of a run that was killed again and again.
    ///
    /// @param kills that met a running process
    /// @param whileSaving kills that left a half-written state
    /// @param steps where the states were after each kill
    private record Killed(int kills, int whileSaving, List<Long> steps) {}

    private static Killed killAndResume(Path out, SplittableRandom random) {
        int kills = 0;
        int whileSaving = 0;
        List<Long> steps = new ArrayList<>();
        try {
            while (kills < KILLS) {
                Process process = start(out);
                awaitMoment(process, out, random);
                if (!process.isAlive()) {
                    break;
                }
                process.destroyForcibly(); // SIGKILL
                assertThat(process.waitFor()).isEqualTo(137);
                kills++;
                steps.add(lastState(out));
                whileSaving += isSaving(out) ? 1 : 0;
            }
            Process last = start(out);
            assertThat(last.waitFor()).as(() -> said(out)).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return new Killed(kills, whileSaving, steps);
    }

    private static void awaitMoment(Process process, Path out, SplittableRandom random)
            throws InterruptedException {
        if (random.nextInt(8) == 0) { // while Java starts, or soon after
            process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
            return;
        }
        long goal = Math.min(lastState(out) + random.nextInt(2 * STEPS / KILLS), STEPS - 2);
        while (process.isAlive() && lastState(out) < goal) {
            Thread.sleep(1);
        }
        if (random.nextInt(2) == 0) {
            while (process.isAlive() && !isSaving(out)) {
                Thread.onSpinWait();
            }
        } else {
            process.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
        }
    }

    /// True if there is half a state.
    private static boolean isSaving(Path out) {
        return Ran.names(out.resolve("state")).stream().anyMatch(n -> n.endsWith(".part"));
    }

    private static String said(Path out) {
        try {
            return Files.readString(out.resolveSibling(out.getFileName() + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long lastState(Path out) {
        return Ran.names(out.resolve("state")).stream()
                .filter(n -> n.matches("step-\\d+"))
                .mapToLong(n -> Long.parseLong(n.substring("step-".length())))
                .max()
                .orElse(0);
    }

    @Test
    void endsWithTheSameBitsHoweverOftenItWasKilled() {
        Path undisturbed = dir.resolve("undisturbed");
        Ran.sae4j(train(undisturbed).toArray()).ok();
        Map<String, String> expected = new TreeMap<>(Ran.files(undisturbed));
        assertThat(expected)
                .containsKeys(
                        "topk/sae_weights.safetensors",
                        "pythia-x32-adaptive/training.jsonl",
                        "topk/snapshots/480/cfg.json",
                        "run.json");
        List<Killed> runs =
                IntStream.range(0, RUNS)
                        .parallel()
                        .mapToObj(i ->
                                killAndResume(
                                        dir.resolve("killed" + i), new SplittableRandom(SEED + i)))
                        .toList();
        for (int i = 0; i < RUNS; i++) {
            assertThat(Ran.files(dir.resolve("killed" + i)))
                    .as("run %d of seed %d: %s", i, SEED + i, runs.get(i))
                    .isEqualTo(expected);
        }
        assertThat(runs.stream().mapToInt(Killed::kills).sum()).isEqualTo(RUNS * KILLS);
        assertThat(runs.stream().mapToInt(Killed::whileSaving).sum()).isGreaterThanOrEqualTo(5);
    }
}
