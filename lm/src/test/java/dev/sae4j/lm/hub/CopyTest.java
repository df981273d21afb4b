package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
    private static final HubId ID = HubId.model("org/small");
    private static final byte[] WEIGHTS = TestHub.bytes(3300);

    private final FakeHub fake = new FakeHub();

    @TempDir Path home;

    @BeforeEach
    void fill() {
        fake.model("org/small")
                .with("a/config.json", "{}")
                .withLarge("a/w.bin", WEIGHTS)
                .withLarge("b/w.bin", WEIGHTS);
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private List<Path> copy(HubId id, Path out) {
        try (Hub hub = TestHub.open(fake, home)) {
            return hub.copy(id, HubSelection.all(), out, HubListener.NONE).files();
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(p -> folder.relativize(p).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void putsPlainFilesIntoAFolder() throws IOException {
        Path out = home.resolve("out");
        copy(ID, out);
        assertThat(names(out)).containsExactly("a/config.json", "a/w.bin", "b/w.bin");
        assertThat(out.resolve("b/w.bin")).hasBinaryContent(WEIGHTS);
        assertThat(Files.isSymbolicLink(out.resolve("b/w.bin"))).isFalse();

        copy(ID.at("a"), home.resolve("part"));
        assertThat(names(home.resolve("part"))).containsExactly("config.json", "w.bin");
        assertThat(copy(ID.at("a/w.bin"), home.resolve("one")))
                .containsExactly(home.resolve("one/w.bin"));
    }

    @Test
    void goesOnWhereItEnded() throws IOException {
        Path out = home.resolve("out");
        fake.fail(4, Fault.cut("/object/", 300));
        fake.fail(1000, Fault.status("GET", "/object/", 503));
        assertThatThrownBy(() -> copy(ID.at("a"), out)).hasMessageContaining("503");
        assertThat(out.resolve("w.bin")).doesNotExist();

        fake.repair();
        fake.forget();
        copy(ID.at("a"), out);
        assertThat(out.resolve("w.bin")).hasBinaryContent(WEIGHTS);
        assertThat(fake.asked("GET", "/object/"))
                .anyMatch(a -> a.range().matches("bytes=[0-9]*300-[0-9]*999"));
        assertThat(names(out)).containsExactly("config.json", "w.bin");
    }

    @Test
    void takesFromTheCacheWhatIsThere() {
        try (Hub hub = TestHub.open(fake, home)) {
            hub.fetch(ID, HubSelection.all(), HubListener.NONE);
        }
        fake.forget();
        copy(ID, home.resolve("out"));
        assertThat(fake.asked("GET", "/resolve/")).isEmpty();
        assertThat(home.resolve("out/a/w.bin")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        Path out = Files.createDirectories(home.resolve("out"));
        Files.writeString(Files.createDirectory(out.resolve("a")).resolve("config.json"), "[]");
        fake.forget();
        assertThatThrownBy(() -> copy(ID, out))
                .hasMessageContaining("[a/config.json] exists and is not the file of org/small");
        assertThat(fake.asked("GET", "/resolve/")).isEmpty();
    }

    @Test
    void doesNotWriteThroughALink() throws IOException {
        Path out = Files.createDirectories(home.resolve("out"));
        Path outside = Files.createDirectory(home.resolve("outside"));
        Files.createSymbolicLink(out.resolve("a"), outside);
        assertThatThrownBy(() -> copy(ID, out))
                .hasMessageContaining("would be written outside the folder, through a link");
        assertThat(outside).isEmptyDirectory();
    }
}
