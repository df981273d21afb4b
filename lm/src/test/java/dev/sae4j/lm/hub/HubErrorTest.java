package dev.sae4j.lm.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sae4j.lm.hub.HubException.Kind;
import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubErrorTest {
    private final FakeHub fake = new FakeHub();

    @TempDir Path home;

    @BeforeEach
    void fill() {
        fake.model("org/small").with("config.json", "{}").with("layer_3/cfg.json", "{}");
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private HubException failure(String token, String id) {
        try (Hub hub = TestHub.open(TestHub.settings(fake, home, token), new TestHub.Clock())) {
            HubId of = HubId.parse(id);
            return catchThrowableOfType(
                    HubException.class,
                    () -> {
                        if (of.path().isEmpty()) {
                            hub.fetch(of, HubSelection.all(), HubListener.NONE);
                        } else {
                            hub.file(of, HubListener.NONE);
                        }
                    });
        }
    }

    @Test
    void repositoryThatIsNotThere() {
        assertThat(failure("", "org/none"))
                .hasMessageContaining("[org/none] the model is not there, or not for everybody")
                .hasMessageContaining("set HF_TOKEN to a token of yours")
                .extracting(HubException::kind)
                .isEqualTo(Kind.FORBIDDEN);
        assertThat(failure(FakeHub.TOKEN, "org/none"))
                .hasMessage(
                        "[org/none] the model is not there: check the name (data sets are written datasets/ORG/NAME)")
                .extracting(HubException::kind)
                .isEqualTo(Kind.MISSING);
    }

    @Test
    void revisionThatIsNotThere() {
        assertThat(failure("", "org/small@v9"))
                .hasMessageContaining("has no revision 'v9'")
                .extracting(HubException::kind)
                .isEqualTo(Kind.MISSING);
    }

    @Test
    void fileThatIsNotThereNamesTheClosest() {
        assertThat(failure("", "org/small:layer_3/config.json"))
                .hasMessage(
                        "[org/small:layer_3/config.json] has no 'layer_3/config.json'; closest are: config.json, layer_3/cfg.json")
                .extracting(HubException::kind)
                .isEqualTo(Kind.MISSING);
    }

    @Test
    void gatedRepository() {
        fake.model("org/small").gated = true;
        assertThat(failure("", "org/small"))
                .hasMessageContaining("is only given to those who accept its terms: do so at")
                .hasMessageContaining("/org/small, then set HF_TOKEN")
                .extracting(HubException::kind)
                .isEqualTo(Kind.GATED);
        assertThat(failure(FakeHub.TOKEN, "org/small"))
                .hasMessageContaining("run the command again");
    }

    @Test
    void tokenThatIsNotAccepted() {
        assertThat(failure("hf_somethingOld", "org/small"))
                .hasMessageContaining(
                        "the hub does not accept the token (it says: Invalid credentials")
                .message()
                .doesNotContain("hf_somethingOld");
    }

    @Test
    void theTokenIsNeverShown() {
        fake.fail(
                9,
                Fault.status("GET", "/revision/", 403)
                        .header("X-Error-Message", "no: Bearer " + FakeHub.TOKEN + " is bad"));
        HubException e = failure(FakeHub.TOKEN, "org/small");
        assertThat(e).hasMessageContaining("(it says: no: Bearer (token) is bad)");
        for (Throwable t = e; t != null; t = t.getCause()) {
            assertThat(t.toString()).doesNotContain(FakeHub.TOKEN);
        }
        assertThat(TestHub.settings(fake, home, FakeHub.TOKEN).toString())
                .contains("(token)")
                .doesNotContain(FakeHub.TOKEN);
    }

    @Test
    void signaturesOfAddressesAreNotShown() {
        fake.model("org/small").withLarge("w.bin", TestHub.bytes(10));
        fake.fail(9, Fault.status("GET", "/object/", 500));
        assertThat(failure("", "org/small").getMessage()).doesNotContain("signature=secret");
    }

    @Test
    void hubThatIsNotThere() {
        var settings = TestHub.settings(fake, home, "");
        fake.close();
        var clock = new TestHub.Clock();
        try (Hub hub = TestHub.open(settings, clock)) {
            assertThat(
                            catchThrowableOfType(
                                    HubException.class, () -> hub.files(HubId.model("a/b"))))
                    .hasMessageContaining("could not be reached, 4 times: check the network")
                    .extracting(HubException::kind)
                    .isEqualTo(Kind.UNREACHABLE);
        }
        assertThat(clock.slept).hasSize(3);
    }

    @Test
    void serverWithoutEncryption() throws Exception {
        try (var team = Executors.newSingleThreadExecutor();
                var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Hub hub = TestHub.open(encrypted(server), new TestHub.Clock())) {
            team.execute(() -> answerInClear(server));
            assertThat(
                            catchThrowableOfType(
                                    HubException.class, () -> hub.files(HubId.model("a/b"))))
                    .hasMessageContaining("no trusted connection to 127.0.0.1")
                    .extracting(HubException::kind)
                    .isEqualTo(Kind.TLS);
        }
    }

    /// Answers after it has read something, and closes after the other side has: a socket closed
    /// with unread bytes is reset, and a reset takes the answer with it.
    private static void answerInClear(ServerSocket server) {
        while (true) {
            try (var connection = server.accept()) {
                connection.setSoTimeout(5000); // ms: nothing here may wait for ever
                InputStream in = connection.getInputStream();
                if (in.read() >= 0) {
                    connection.getOutputStream().write("HTTP/1.1 400 no\r\n\r\n".getBytes(UTF_8));
                    connection.shutdownOutput();
                    in.transferTo(OutputStream.nullOutputStream());
                }
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private HubSettings encrypted(ServerSocket server) {
        String address = "https://127.0.0.1:" + server.getLocalPort();
        return HubSettings.of(Map.of("HF_ENDPOINT", address, "HF_HOME", home.toString()), home);
    }

    @Test
    void redirectThatLeadsInCircles() {
        fake.fail(
                100,
                Fault.status("GET", "/revision/", 307)
                        .header("Location", "/api/models/org/small/revision/main"));
        assertThat(failure("", "org/small")).hasMessageContaining("more than 10 times");
    }

    @Test
    void redirectToNoWebAddress() {
        fake.fail(1, Fault.status("GET", "/revision/", 302).header("Location", "file:///etc"));
        assertThat(failure("", "org/small"))
                .hasMessageContaining("an address that is not followed")
                .extracting(HubException::kind)
                .isEqualTo(Kind.HOSTILE);
    }

    @Test
    void serverThatIsNoHub() {
        fake.fail(1, Fault.status("GET", "/revision/", 204));
        assertThat(failure("", "org/small")).hasMessageContaining("is HF_ENDPOINT a hub?");
    }

    @Test
    void followsTheNewNameOfARepository() {
        fake.fail(
                1,
                Fault.status("GET", "/old/name/revision/", 307)
                        .header("Location", "/api/models/org/small/revision/main"));
        try (Hub hub = TestHub.open(fake, home)) {
            fake.model("old/name").with("x", "y");
            assertThat(hub.files(HubId.model("org/small"))).hasSize(2);
        }
    }
}
