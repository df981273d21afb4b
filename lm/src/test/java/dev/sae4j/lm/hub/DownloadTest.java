package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.hub.Asked;
import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.FakeRepo;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
    private static final HubId ID = HubId.model("org/small");
    private static final byte[] WEIGHTS = TestHub.bytes(10_500);

    private final FakeHub fake = new FakeHub();
    private final TestHub.Clock clock = new TestHub.Clock();
    private final TestHub.Ear ear = new TestHub.Ear();
    private FakeRepo repo;

    @TempDir Path home;

    @BeforeEach
    void fill() {
        repo =
                fake.model("org/small")
                        .with("config.json", "{\"model_type\": \"llama\"}")
                        .with("tokenizer.json", "{}")
                        .with("sub/deep/notes.md", "notes")
                        .with("empty.txt", "")
                        .withLarge("model.safetensors", WEIGHTS);
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private Hub hub() {
        return TestHub.open(TestHub.settings(fake, home, FakeHub.TOKEN), clock);
    }

    private Path fetchAll() {
        try (Hub hub = hub()) {
            return hub.fetch(ID, HubSelection.all(), ear).place();
        }
    }

    private Path repoFolder() {
        return home.resolve("hub/models--org--small");
    }

    @Test
    void laysTheCacheOutAsPythonDoes() throws IOException {
        Path folder = fetchAll();

        assertThat(folder).isEqualTo(repoFolder().resolve("snapshots").resolve(repo.head()));
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(Files.readSymbolicLink(folder.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs", repo.etag("model.safetensors")));
        assertThat(Files.readSymbolicLink(folder.resolve("sub/deep/notes.md")))
                .isEqualTo(Path.of("../../../../blobs", repo.etag("sub/deep/notes.md")));
        assertThat(repoFolder().resolve("refs/main")).hasContent(repo.head());
        assertThat(folder.resolve("empty.txt")).isEmptyFile();
        assertThat(ear.done).isEqualTo(ear.total).isEqualTo(WEIGHTS.length + 23 + 2 + 5);
        assertNothingIncomplete();
    }

    private void assertNothingIncomplete() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            assertThat(all.map(Path::toString))
                    .noneMatch(p -> p.endsWith(".incomplete") || p.endsWith(".parts"));
        }
    }

    @Test
    void fetchesLargeFilesInPartsFromTheOtherHostWithoutTheToken() {
        fetchAll();

        List<Asked> parts = fake.asked("GET", "/object/");
        assertThat(parts).hasSize(11).allMatch(a -> a.server().equals("store"));
        assertThat(parts).allMatch(a -> a.authorization().isEmpty());
        assertThat(parts).extracting(Asked::range).contains("bytes=0-999", "bytes=10000-10499");
        assertThat(fake.asked()).anyMatch(a -> a.authorization().endsWith(FakeHub.TOKEN));
    }

    @Test
    void asksOnlyForTheCommitWhenAllIsThere() {
        fetchAll();
        fake.forget();
        fetchAll();
        assertThat(fake.asked()).hasSize(1);

        fake.forget();
        try (Hub hub = hub()) {
            hub.fetch(ID.withRevision(repo.head()), HubSelection.all(), ear);
        }
        assertThat(fake.asked()).isEmpty();
    }

    @Test
    void keepsWhatTwoCommitsShare() {
        Path old = fetchAll();
        repo.with("config.json", "{\"new\": 1}");
        fake.forget();
        Path now = fetchAll();

        assertThat(now).isNotEqualTo(old);
        assertThat(old.resolve("config.json")).hasContent("{\"model_type\": \"llama\"}");
        assertThat(now.resolve("config.json")).hasContent("{\"new\": 1}");
        assertThat(fake.asked("GET", "/resolve/")).hasSize(1);
    }

    @Test
    void goesOnInTheMiddleWhenAConnectionBreaks() {
        fake.fail(3, Fault.cut("/object/", 400));
        Path folder = fetchAll();

        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(fake.asked("GET", "/object/"))
                .extracting(Asked::range)
                .anyMatch(r -> r.matches("bytes=[0-9]+400-[0-9]+999"));
        assertThat(ear.done).isEqualTo(ear.total);
    }

    @Test
    void keepsWhatCameForTheNextRun() throws IOException {
        fake.fail(1000, Fault.cut("/object/", 0));
        fake.fail(0, Fault.cut("/object/", 0));
        fake.repair();
        fake.fail(11, Fault.cut("/object/", 300));
        fake.fail(1000, Fault.status("GET", "/object/", 503));
        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("[org/small")
                .hasMessageContaining("503");
        Path blobs = repoFolder().resolve("blobs");
        assertThat(blobs.resolve(repo.etag("model.safetensors"))).doesNotExist();
        assertThat(blobs.resolve(repo.etag("model.safetensors") + ".sae4j.incomplete")).exists();

        fake.repair();
        fake.forget();
        Path folder = fetchAll();
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(fake.asked("GET", "/object/"))
                .extracting(Asked::range)
                .anyMatch(r -> r.matches("bytes=[0-9]*300-[0-9]*999"));
        assertNothingIncomplete();
    }

    @Test
    void takesWholeFilesFromAServerWithoutRanges() {
        fake.knowsRanges = false;
        fake.fail(1, Fault.cut("/object/", 5000));
        Path folder = fetchAll();

        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(ear.notes).anyMatch(n -> n.contains("whole files only"));
        assertThat(ear.done).isEqualTo(ear.total);
    }

    @Test
    void fetchesAgainWhatCameWithAWrongChecksum() {
        fake.fail(1, Fault.corrupt("/object/"));
        assertThat(fetchAll().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(ear.notes).anyMatch(n -> n.contains("wrong checksum"));
    }

    @Test
    void keepsNothingThatIsWrongTwice() throws IOException {
        fake.fail(1000, Fault.corrupt("config.json"));
        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("org/small:config.json@")
                .hasMessageContaining("where %s was published".formatted(repo.etag("config.json")))
                .extracting(e -> ((HubException) e).kind())
                .isEqualTo(HubException.Kind.CORRUPT);
        assertThat(repoFolder().resolve("blobs").resolve(repo.etag("config.json"))).doesNotExist();
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        fake.fail(1, Fault.status("GET", "/revision/", 429).header("Retry-After", "7"));
        fake.fail(
                1,
                Fault.status("GET", "/tree/", 503)
                        .header("Retry-After", "Thu, 01 Jan 2026 00:01:07 GMT"));
        fake.fail(
                1,
                Fault.status("GET", "/object/", 429).header("RateLimit", "\"resolvers\";r=0;t=33"));
        fetchAll();
        assertThat(clock.slept)
                .containsExactly(
                        Duration.ofSeconds(7), Duration.ofSeconds(60), Duration.ofSeconds(33));
    }

    @Test
    void waitsLongerEachTimeAndGivesUp() {
        fake.fail(1000, Fault.status("GET", "/revision/", 502));
        assertThatThrownBy(this::fetchAll)
                .hasMessageContaining("the hub answered 502")
                .hasMessageContaining("try again later");
        assertThat(clock.slept)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void doesNotWaitForHours() {
        fake.fail(1, Fault.status("GET", "/revision/", 429).header("Retry-After", "86400"));
        assertThatThrownBy(this::fetchAll)
                .hasMessageContaining("no more requests for now (429), for 86400 s");
        assertThat(clock.slept).isEmpty();
    }

    @Test
    void givesUpASilentConnection() {
        fake.fail(1, Fault.silence("GET", "/revision/", 3000));
        fetchAll();
        assertThat(clock.slept).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void manyFetchTheSameAtOnce() throws Exception {
        try (var team = java.util.concurrent.Executors.newFixedThreadPool(4)) {
            var all =
                    Stream.generate(() ->
                                    team.submit(() -> {
                                        try (Hub hub = hub()) {
                                            return hub.fetch(
                                                            ID,
                                                            HubSelection.all(),
                                                            HubListener.NONE)
                                                    .place();
                                        }
                                    }))
                            .limit(4)
                            .toList();
            for (var one : all) {
                assertThat(one.get().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            }
        }
        assertThat(fake.asked("GET", "/object/")).hasSize(11);
    }

    @Test
    void copiesWhereThereAreNoLinks() {
        HubSettings with = TestHub.settings(fake, home, "");
        var without =
                new HubSettings(
                        with.endpoint(),
                        null,
                        with.cache(),
                        false,
                        false,
                        8,
                        null,
                        with.patience());
        repo.withLarge("again.safetensors", WEIGHTS);
        try (Hub hub = TestHub.open(without, clock)) {
            Path folder = hub.fetch(ID, HubSelection.all(), ear).place();
            assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(folder.resolve("again.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(Files.isSymbolicLink(folder.resolve("model.safetensors"))).isFalse();
        }
    }
}
