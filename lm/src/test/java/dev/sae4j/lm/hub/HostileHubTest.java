package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sae4j.lm.hub.HubException.Kind;
import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileHubTest {
    private static final HubId ID = HubId.model("org/bad");

    private final FakeHub fake = new FakeHub();

    @TempDir Path home;

    @AfterEach
    void close() {
        fake.close();
    }

    private HubException failure() {
        fake.model("org/bad").with("x", "y");
        try (Hub hub = TestHub.open(fake, home)) {
            return catchThrowableOfType(
                    HubException.class, () -> hub.fetch(ID, HubSelection.all(), HubListener.NONE));
        }
    }

    private static String entry(String path, String size) {
        return "{\"type\":\"file\",\"path\":\"%s\",\"size\":%s,\"oid\":\"%s\"}"
                .formatted(path, size, "a".repeat(40));
    }

    @ParameterizedTest
    @CsvSource({
        "../x, has '..' as a part",
        "a/../../x, has '..' as a part",
        "a/./x, has '.' as a part",
        "a//x, has '' as a part",
        "/etc/x, is absolute",
        "C:/x, is absolute",
        "a\\\\b, contains a backslash",
        "a\\u0000b, contains a control character",
        "a\\u001b[2J, contains a control character",
        "sub/CON, names the device 'CON' of Windows",
        "nul.txt, names the device 'nul.txt' of Windows",
        "'', is empty"
    })
    void refusesPathsThatLeaveTheFolder(String path, String problem) throws IOException {
        fake.otherList = "[" + entry(path, "1") + "]";
        assertThat(failure())
                .hasMessageContaining(problem)
                .hasMessageEndingWith("nothing of this repository is taken")
                .extracting(HubException::kind)
                .isEqualTo(Kind.HOSTILE);
        try (Stream<Path> all = Files.walk(home)) {
            assertThat(all.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void refusesAPathThatIsTooLong() {
        fake.otherList = "[" + entry("a".repeat(300), "1") + "]";
        assertThat(failure()).hasMessageContaining("a name longer than 255 characters");
    }

    @Test
    void refusesAFileThatIsAFolderToo() {
        fake.otherList = "[" + entry("a", "1") + "," + entry("a/b", "1") + "]";
        assertThat(failure()).hasMessageContaining("'a', which is a folder too");
    }

    @Test
    void refusesAFileThatIsThereTwice() {
        fake.otherList = "[" + entry("a", "1") + "," + entry("a", "2") + "]";
        assertThat(failure()).hasMessageContaining("is there twice");
    }

    @ParameterizedTest
    @CsvSource({"-1", "9223372036854775807"})
    void refusesSizesThatCannotBe(String size) {
        fake.otherList = "[" + entry("a", size) + "]";
        assertThat(failure()).hasMessageContaining("is said to have " + size + " bytes");
    }

    @Test
    void saysBeforehandThatTheDiskIsTooSmall() {
        fake.otherList = "[" + entry("a", "1000000000000000") + "]";
        assertThat(failure())
                .hasMessageContaining("needs 1,000,000,001 MB on the disk of")
                .extracting(HubException::kind)
                .isEqualTo(Kind.DISK);
    }

    @Test
    void refusesAFileWithoutAKnownChecksum() {
        fake.otherList = "[" + entry("a", "1").replace("a".repeat(40), "../../x") + "]";
        assertThat(failure()).hasMessageContaining("comes without a checksum that is known here");
    }

    @Test
    void refusesAnEtagThatIsAPath() {
        fake.model("org/bad").with("x", "y");
        fake.fail(
                1,
                Fault.status("HEAD", "/resolve/", 200)
                        .header("ETag", "\"../../x\"")
                        .header("X-Linked-Size", "1")
                        .header("X-Repo-Commit", "b".repeat(40)));
        try (Hub hub = TestHub.open(fake, home)) {
            assertThat(
                            catchThrowableOfType(
                                    HubException.class,
                                    () -> hub.file(ID.at("x"), HubListener.NONE)))
                    .hasMessageContaining("(ETag '..?..?x')");
        }
    }

    @Test
    void refusesAListThatGoesOnElsewhere() {
        fake.model("org/bad").with("x", "y");
        fake.fail(
                1,
                Fault.silence("GET", "/tree/", 0)
                        .header("Link", "<http://elsewhere.example/x>; rel=\"next\""));
        assertThat(failure()).hasMessageContaining("goes on at another host");
    }

    @Test
    void refusesMoreBytesThanWerePublished() {
        fake.model("org/bad").with("x", "y");
        fake.otherList =
                "["
                        + entry("x", "1").replace("a".repeat(40), fake.model("org/bad").etag("x"))
                        + "]";
        fake.fail(1, Fault.status("GET", "/resolve/", 200)); // sends an explanation
        assertThat(failure()).hasMessageContaining("the server sends another size");
    }

    @Test
    void doesNotWriteThroughALinkInTheCache() throws IOException {
        fake.model("org/bad").with("sub/x", "y");
        String commit = fake.model("org/bad").with("x", "y").head();
        Path snapshot = home.resolve("hub/models--org--bad/snapshots").resolve(commit);
        Files.createDirectories(snapshot);
        Path outside = Files.createDirectory(home.resolve("outside"));
        Files.createSymbolicLink(snapshot.resolve("sub"), outside);
        try (Hub hub = TestHub.open(fake, home)) {
            assertThat(
                            org.assertj.core.api.Assertions.catchThrowable(
                                    () -> hub.fetch(ID, HubSelection.all(), HubListener.NONE)))
                    .hasMessageContaining("leads out of the cache");
        }
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void beginsAgainWithAJournalThatMakesNoSense() throws IOException {
        byte[] content = TestHub.bytes(5000);
        fake.model("org/bad").withLarge("w.bin", content);
        String etag = fake.model("org/bad").etag("w.bin");
        Path blobs = Files.createDirectories(home.resolve("hub/models--org--bad/blobs"));
        ByteBuffer lies = ByteBuffer.allocate(8 * 8);
        lies.putLong(0x7361_6534_6a70_6172L).putLong(5000).putLong(1000).putLong(1L << 60);
        Files.write(blobs.resolve(etag + ".sae4j.incomplete.parts"), lies.array());
        Files.write(blobs.resolve(etag + ".sae4j.incomplete"), new byte[5000]);
        try (Hub hub = TestHub.open(fake, home)) {
            assertThat(hub.file(ID.at("w.bin"), HubListener.NONE)).hasBinaryContent(content);
        }
    }
}
