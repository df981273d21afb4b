package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.hub.FakeHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineTest {
    private static final HubId ID = HubId.model("org/small");
    private static final String COMMIT = "c".repeat(40);

    private final FakeHub fake = new FakeHub();

    @TempDir Path home;

    @AfterEach
    void close() {
        fake.close();
    }

    private Hub offline() {
        return TestHub.open(TestHub.settings(fake, home, "").offline(true), new TestHub.Clock());
    }

    /// As an older Python library has left it: without a list of all files.
    private Path cacheOfPython() throws IOException {
        Path repo = home.resolve("hub/models--org--small");
        Path snapshot = repo.resolve("snapshots").resolve(COMMIT);
        Files.createDirectories(snapshot.resolve("sub"));
        Files.createDirectories(repo.resolve("blobs"));
        Files.createDirectories(repo.resolve("refs/refs/pr"));
        Files.writeString(repo.resolve("refs/main"), COMMIT);
        Files.writeString(repo.resolve("refs/refs/pr/1"), COMMIT);
        Files.writeString(repo.resolve("blobs/abc"), "{}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/abc"));
        Files.createSymbolicLink(snapshot.resolve("sub/x.json"), Path.of("../../../blobs/abc"));
        return snapshot;
    }

    @Test
    void usesACacheThatPythonHasMade() throws IOException {
        Path snapshot = cacheOfPython();
        try (Hub hub = offline()) {
            assertThat(hub.fetch(ID, HubSelection.all(), HubListener.NONE).place())
                    .isEqualTo(snapshot);
            assertThat(hub.file(ID.at("config.json"), HubListener.NONE))
                    .isEqualTo(snapshot.resolve("config.json"));
            assertThat(hub.fetch(ID.at("sub"), HubSelection.all(), HubListener.NONE).place())
                    .isEqualTo(snapshot.resolve("sub"));
            assertThat(hub.files(ID.withRevision("refs/pr/1"))).hasSize(2);
            assertThat(hub.files(ID.withRevision(COMMIT))).hasSize(2);
        }
        assertThat(fake.asked()).isEmpty();
    }

    @Test
    void saysWhatToDoIfItIsNotThere() {
        try (Hub hub = offline()) {
            assertThatThrownBy(() -> hub.fetch(ID, HubSelection.all(), HubListener.NONE))
                    .hasMessageContaining("[org/small] is not in the cache (")
                    .hasMessageContaining("HF_HUB_OFFLINE forbids the network")
                    .hasMessageContaining("sae4j pull org/small");
            assertThatThrownBy(() -> hub.plan(new Upload(home, ID, "m", false, List.of())))
                    .hasMessage(
                            "[org/small] cannot be reached: HF_HUB_OFFLINE forbids the network");
        }
    }

    @Test
    void knowsWhichFilesAreMissing() {
        fake.model("org/small").with("config.json", "{}").withLarge("w.bin", new byte[10]);
        try (Hub hub = TestHub.open(fake, home)) {
            hub.fetch(ID, HubSelection.globs(List.of("*.json"), List.of()), HubListener.NONE);
        }
        try (Hub hub = offline()) {
            hub.fetch(ID, HubSelection.globs(List.of("*.json"), List.of()), HubListener.NONE);
            assertThatThrownBy(() -> hub.fetch(ID, HubSelection.all(), HubListener.NONE))
                    .hasMessageContaining(
                            "lacks 1 of the files that are needed in the cache (w.bin)");
        }
    }

    @Test
    void theCacheStandsInForAHubThatIsNotReached() {
        fake.model("org/small").with("config.json", "{}");
        var settings = TestHub.settings(fake, home, "");
        try (Hub hub = TestHub.open(settings, new TestHub.Clock())) {
            hub.fetch(ID, HubSelection.all(), HubListener.NONE);
        }
        fake.close();
        var ear = new TestHub.Ear();
        try (Hub hub = TestHub.open(settings, new TestHub.Clock())) {
            assertThat(hub.fetch(ID, HubSelection.all(), ear).place().resolve("config.json"))
                    .exists();
            assertThat(hub.file(ID.at("config.json"), ear)).exists();
        }
        assertThat(ear.notes).hasSize(2).allMatch(n -> n.endsWith("what the cache holds is used"));
    }
}
