package dev.sae4j.train.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that saves states is killed (SIGKILL) at random moments.
class KilledStateTest {
    private static final int KILLS = 21;

    /// A state is saved in a few milliseconds, so this meets every part of saving.
    private static final int MOST_MICROSECONDS = 20_000;

    @TempDir Path dir;

    @Test
    void whateverTheMomentACompleteStateIsLeftAndNoneIsLost() throws Exception {
        Path folder = dir.resolve("state");
        var random = new SplittableRandom(20);
        long before = 0;
        int midway = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long saved = runAndKill(folder, random.nextInt(MOST_MICROSECONDS));
            midway += hasLeftOvers(folder) ? 1 : 0;
            try (SavedState state = StateFolder.of(folder).latest(warning -> fail(warning)).get()) {
                long step = SavingChild.stepOf(state);
                assertThat(step).isGreaterThanOrEqualTo(before + saved);
                before = step;
            }
            assertThat(folder.toFile().list((d, name) -> name.startsWith("step-")))
                    .as("two states, and a third for a moment")
                    .hasSizeBetween(1, 3);
        }
        assertThat(midway).as("kills in the middle of saving").isPositive();
    }

    /// Returns how many states the process said that it had saved.
    private static long runAndKill(Path folder, int microseconds) throws Exception {
        Process child =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xshare:auto",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        SavingChild.class.getName(),
                                        folder.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var said = child.getInputStream()) {
            assertThat(said.read()).as("the first state was saved").isEqualTo('\n');
            TimeUnit.MICROSECONDS.sleep(microseconds);
            child.toHandle().destroyForcibly(); // leaves the pipe open, which Process would close
            child.waitFor();
            return 1L + said.readAllBytes().length;
        }
    }

    private static boolean hasLeftOvers(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.anyMatch(entry -> entry.getFileName().toString().startsWith("."));
        }
    }
}
