package dev.sae4j.train.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir Path dir;
    private Path folder;
    private StateFolder states;
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = dir.resolve("state");
        states = StateFolder.of(folder);
    }

    @Test
    void givesBackEveryBit() {
        float[] floats = {1, Float.NaN, -0f, Float.MIN_VALUE};
        double[] doubles = {Math.PI, Double.NEGATIVE_INFINITY};
        states.save(
                new TrainingState(12)
                        .floats("w", floats)
                        .doubles("sums", doubles)
                        .longs("fired", new long[] {Long.MIN_VALUE, 3})
                        .ints("since", new int[] {-7})
                        .floats("none", new float[0])
                        .fact("position", 1L << 60)
                        .fact("recipe", Map.of("rate", 0.1, "name", "topk")));
        try (SavedState saved = states.latest(warnings::add).orElseThrow()) {
            float[] w = new float[4];
            double[] sums = new double[2];
            long[] fired = new long[2];
            int[] since = new int[1];
            saved.readInto("w", w);
            saved.readInto("sums", sums);
            saved.readInto("fired", fired);
            saved.readInto("since", since);
            saved.readInto("none", new float[0]);
            assertThat(saved.step()).isEqualTo(12);
            assertThat(w).containsExactly(floats);
            assertThat(sums).containsExactly(doubles);
            assertThat(fired).containsExactly(Long.MIN_VALUE, 3);
            assertThat(since).containsExactly(-7);
            assertThat(saved.facts().path("position").asLong()).isEqualTo(1L << 60);
            assertThat(saved.facts().path("recipe").path("rate").asDouble()).isEqualTo(0.1);
            assertThat(saved.names())
                    .containsExactlyInAnyOrder("w", "sums", "fired", "since", "none");
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void keepsTheLastTwoAndTakesWhatWasLeftHalfWritten() throws IOException {
        Files.createDirectories(folder.resolve(".step-7.part").resolve("sub"));
        Files.createDirectories(folder.resolve(".step-3.old"));
        Files.writeString(folder.resolve("notes.txt"), "mine");
        for (long step = 1; step <= 4; step++) {
            save(step);
        }
        assertThat(names()).containsExactlyInAnyOrder("step-3", "step-4", "notes.txt");
        states.clear();
        assertThat(names()).containsExactly("notes.txt");
        Files.delete(folder.resolve("notes.txt"));
        states.clear();
        assertThat(folder).doesNotExist();
        states.clear();
        assertThat(states.latest(warnings::add)).isEmpty();
    }

    @Test
    void aDamagedNewestStateIsSaidAndTheOneBeforeIsTaken() throws IOException {
        save(1);
        save(2);
        flipByte(folder.resolve("step-2").resolve(SavedState.ARRAYS));
        assertThat(latest()).contains(1L);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("the state of step 2 is left out: [step-2/arrays.safetensors] is")
                .contains("cut short or changed");
        save(3);
        assertThat(names())
                .as("a damaged one is not kept")
                .containsExactlyInAnyOrder("step-1", "step-3");
    }

    @Test
    void statesOfAFutureThatDidNotHappenAreRemoved() throws IOException {
        save(10);
        save(20);
        flipByte(folder.resolve("step-20").resolve(SavedState.ARRAYS));
        StateFolder.of(folder).save(state(15));
        assertThat(names()).containsExactlyInAnyOrder("step-10", "step-15");
    }

    @Test
    void theSameStepMayBeSavedAgain() {
        save(1);
        save(1);
        assertThat(latest()).contains(1L);
        assertThat(names()).containsExactly("step-1");
    }

    @Test
    void refusesStatesThatWereCutEditedMovedOrLinked() throws IOException {
        expectDamage("cut short", s -> truncate(s.resolve(SavedState.ARRAYS)));
        expectDamage("does not exist", s -> Files.delete(s.resolve(SavedState.ARRAYS)));
        expectDamage("does not exist", s -> Files.delete(s.resolve(StateJson.NAME)));
        expectDamage("is not JSON", s -> truncate(s.resolve(StateJson.NAME)));
        expectDamage(
                "was changed: its facts", s -> edit(s, "\"position\" : 9", "\"position\" : 8"));
        expectDamage("has no object 'facts'", s -> edit(s, "\"facts\" :", "\"fact\" :"));
        expectDamage("holds the state of step 7", s -> edit(s, "\"step\" : 9", "\"step\" : 7"));
        expectDamage("has -9 where 'step' belongs", s -> edit(s, "\"step\" : 9", "\"step\" : -9"));
        expectDamage(
                "has format_version 2",
                s -> edit(s, "\"format_version\" : 1", "\"format_version\" : 2"));
        expectDamage(
                "is no plain file",
                s -> {
                    Path arrays = s.resolve(SavedState.ARRAYS);
                    Files.move(arrays, dir.resolve("elsewhere"));
                    Files.createSymbolicLink(arrays, dir.resolve("elsewhere"));
                });
        expectDamage(
                "is no folder",
                s -> {
                    Files.move(s, dir.resolve("moved"));
                    Files.createSymbolicLink(s, dir.resolve("moved"));
                });
        assertThat(dir.resolve("moved"))
                .as("a link is removed, not what it leads to")
                .isNotEmptyDirectory();
    }

    private interface Harm {
        void to(Path state) throws IOException;
    }

    /// Saves steps 8 and 9, harms 9 and finds 8.
    private void expectDamage(String problem, Harm harm) throws IOException {
        states.clear();
        warnings.clear();
        save(8);
        save(9);
        harm.to(folder.resolve("step-9"));
        assertThat(latest()).contains(8L);
        assertThat(warnings).singleElement().asString().contains(problem);
    }

    @Test
    void refusesArraysOfAnotherLengthTypeOrName() {
        save(1);
        try (SavedState saved = states.latest(warnings::add).orElseThrow()) {
            assertThatThrownBy(() -> saved.readInto("w", new float[3]))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("tensor 'w' is [1000]; expected [3]");
            assertThatThrownBy(() -> saved.readInto("w", new int[1000]))
                    .hasMessageContaining("tensor 'w' F32 [1000] is not of type I32");
            assertThatThrownBy(() -> saved.readInto("v", new float[3]))
                    .hasMessageContaining("has no tensor 'v' [3]");
        }
    }

    @Test
    void aFullDiskLeavesTheEarlierStates() {
        save(1);
        save(2);
        for (int room : new int[] {0, 100, 3000, 4200}) {
            var left = new AtomicInteger(room);
            assertThatThrownBy(() ->
                            StateFolder.of(folder, out -> new SmallDisk(out, left)).save(state(3)))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("the state of step 3 (0 MB) was not saved")
                    .hasMessageContaining("the ones before it are as they were")
                    .hasMessageContaining("the disk is full");
            assertThat(names()).containsExactlyInAnyOrder("step-1", "step-2");
            assertThat(latest()).contains(2L);
        }
        assertThat(warnings).isEmpty();
    }

    /// Takes some bytes in all its files together, then no more.
    private static final class SmallDisk extends FilterOutputStream {
        private final AtomicInteger room;

        SmallDisk(OutputStream out, AtomicInteger room) {
            super(out);
            this.room = room;
        }

        @Override
        public void write(byte[] bytes, int from, int n) throws IOException {
            if (room.addAndGet(-n) < 0) {
                throw new IOException("No space left on device");
            }
            out.write(bytes, from, n);
        }
    }

    @Test
    void saysWhatIsDifferentFromTheRunThatIsResumed() {
        states.save(
                new TrainingState(5)
                        .fact("recipe", Map.of("k", 32, "rates", List.of(1, 0.5), "name", "a")));
        try (SavedState saved = states.latest(warnings::add).orElseThrow()) {
            saved.requireSame("recipe", Map.of("k", 32L, "rates", List.of(1, 0.5), "name", "a"));
            assertThatThrownBy(() ->
                            saved.requireSame(
                                    "recipe",
                                    Map.of("k", 64, "rates", List.of(1, 0.5), "name", "a")))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "[step-5] cannot be resumed: recipe.k was 32 and is 64. Go on with what the run was begun with, or begin a new one");
            assertThatThrownBy(() ->
                            saved.requireSame("recipe", Map.of("k", 32, "rates", List.of(1, 2))))
                    .hasMessageContaining("recipe.name was \"a\" and is not there");
            assertThatThrownBy(() -> saved.requireSame("data", "x"))
                    .hasMessageContaining("data was not there and is \"x\"");
        }
    }

    @Test
    void refusesTwoOfAName() {
        var state = state(1);
        assertThatThrownBy(() -> state.floats("w", new float[1]))
                .hasMessage("two arrays named 'w'");
        assertThatThrownBy(() -> state.fact("position", 1))
                .hasMessage("two facts named 'position'");
        assertThatThrownBy(() -> new TrainingState(-1)).hasMessage("there is no step -1");
    }

    private static TrainingState state(long step) {
        return new TrainingState(step).floats("w", new float[1000]).fact("position", step);
    }

    private void save(long step) {
        states.save(state(step));
    }

    private Optional<Long> latest() {
        return states.latest(warnings::add)
                .map(saved -> {
                    try (saved) {
                        return saved.step();
                    }
                });
    }

    private List<String> names() {
        String[] names = folder.toFile().list();
        return names == null ? fail("no folder") : List.of(names);
    }

    private static void flipByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
    }

    private static void truncate(Path file) throws IOException {
        try (var f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(f.length() / 2);
        }
    }

    private static void edit(Path state, String from, String to) throws IOException {
        Path file = state.resolve(StateJson.NAME);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
