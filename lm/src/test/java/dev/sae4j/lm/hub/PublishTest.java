package dev.sae4j.lm.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishTest {
    private static final HubId TO = HubId.model("me/my-sae");
    private static final byte[] WEIGHTS = TestHub.bytes(2500);

    private final FakeHub fake = new FakeHub();
    private final TestHub.Ear ear = new TestHub.Ear();

    @TempDir Path home;
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = Files.createDirectory(home.resolve("sae"));
        Files.writeString(folder.resolve("cfg.json"), "{\"d_sae\": 4}");
        Files.writeString(folder.resolve("README.md"), "# My SAE ü");
        Files.write(folder.resolve("sae_weights.safetensors"), WEIGHTS);
        Files.writeString(folder.resolve(".secret"), "hidden");
        Files.writeString(Files.createDirectory(folder.resolve("a b")).resolve("empty.txt"), "");
    }

    @AfterEach
    void close() {
        fake.close();
    }

    private Hub hub(String token) {
        return TestHub.open(TestHub.settings(fake, home, token), new TestHub.Clock());
    }

    private String publish(Upload upload) {
        try (Hub hub = hub(FakeHub.TOKEN)) {
            return hub.publish(upload, ear);
        }
    }

    private Upload upload(HubId to) {
        return new Upload(folder, to, "Add an SAE", false, List.of());
    }

    @Test
    void makesTheRepositoryAndSendsEachFileItsWay() {
        String address = publish(upload(TO));

        var repo = fake.model("me/my-sae");
        assertThat(address).endsWith("/commit/" + repo.head());
        assertThat(repo.paths())
                .containsExactly(
                        "README.md", "a b/empty.txt", "cfg.json", "sae_weights.safetensors");
        assertThat(repo.largePaths()).containsExactly("sae_weights.safetensors");
        assertThat(repo.bytes("sae_weights.safetensors")).isEqualTo(WEIGHTS);
        assertThat(repo.bytes("README.md")).asString().isEqualTo("# My SAE ü");
        assertThat(ear.done).isEqualTo(ear.total).isEqualTo(2500);
        assertThat(fake.asked("PUT", "/upload/"))
                .hasSize(1)
                .allMatch(a -> a.server().equals("store") && a.authorization().isEmpty());
    }

    @Test
    void sendsLargeFilesInPartsIfTheHubWantsThat() {
        fake.chunk = 1000;
        fake.fail(1, Fault.status("PUT", "part=2", 500));
        publish(upload(TO));

        assertThat(fake.model("me/my-sae").bytes("sae_weights.safetensors")).isEqualTo(WEIGHTS);
        assertThat(fake.asked("PUT", "/upload/")).hasSize(4);
        assertThat(ear.done).isEqualTo(2500);
    }

    @Test
    void doesNotSendWhatIsThere() {
        fake.fail(1, Fault.status("POST", "/commit/", 500));
        assertThatThrownBy(() -> publish(upload(TO))).hasMessageContaining("the hub answered 500");
        assertThat(fake.asked("POST", "/commit/")).hasSize(1);
        assertThat(fake.asked("PUT", "/upload/")).hasSize(1);

        fake.forget();
        publish(upload(TO));
        assertThat(fake.asked("PUT", "/upload/")).isEmpty();
        assertThat(ear.done).isEqualTo(2500);

        fake.forget();
        assertThat(publish(upload(TO))).endsWith("/me/my-sae");
        assertThat(ear.notes).containsExactly("nothing is new: the hub has all of it");
        assertThat(fake.asked("POST", "/commit/")).isEmpty();
    }

    @Test
    void publishesIntoAFolderOfTheRepository() {
        publish(new Upload(folder, TO.at("layer_1/k16"), "m", false, List.of("*.md", "a b/**")));
        assertThat(fake.model("me/my-sae").paths())
                .containsExactly("layer_1/k16/cfg.json", "layer_1/k16/sae_weights.safetensors");
    }

    @Test
    void whatIsPrivateStaysPrivate() {
        publish(new Upload(folder, TO, "m", true, List.of()));
        assertThat(fake.model("me/my-sae").isPrivate).isTrue();

        fake.model("me/open").with("x", "y");
        fake.forget();
        assertThatThrownBy(() ->
                        publish(new Upload(folder, HubId.model("me/open"), "m", true, List.of())))
                .hasMessageContaining("is there already and public");
        assertThat(fake.asked("PUT", "")).isEmpty();
    }

    @Test
    void aPlanSendsNothing() {
        try (Hub hub = hub("")) {
            UploadPlan plan = hub.plan(upload(TO));
            assertThat(plan.creates()).isTrue();
            assertThat(plan.guessed()).isTrue();
            assertThat(plan.files())
                    .extracting(f -> f.path() + " " + f.way())
                    .containsExactly(
                            "README.md INLINE",
                            "a b/empty.txt INLINE",
                            "cfg.json INLINE",
                            "sae_weights.safetensors LFS");
        }
        assertThat(fake.has("models/me/my-sae")).isFalse();
        fake.model("me/my-sae").with("cfg.json", "{\"d_sae\": 4}");
        try (Hub hub = hub(FakeHub.TOKEN)) {
            UploadPlan plan = hub.plan(upload(TO));
            assertThat(plan.guessed()).isFalse();
            assertThat(plan.files()).extracting(UploadFile::way).contains(UploadFile.Way.SAME);
        }
        assertThat(fake.model("me/my-sae").paths()).containsExactly("cfg.json");
    }

    @Test
    void needsAToken() {
        try (Hub hub = hub("")) {
            assertThatThrownBy(() -> hub.publish(upload(TO), ear))
                    .hasMessageContaining(
                            "publishing needs a token: make one with the right to write");
        }
        assertThat(fake.asked()).isEmpty();
    }

    @Test
    void refusesAFolderWithNothingInIt() throws IOException {
        Path empty = Files.createDirectory(home.resolve("empty"));
        assertThatThrownBy(() -> publish(new Upload(empty, TO, "m", false, List.of())))
                .hasMessageContaining("holds no files to publish");
        assertThatThrownBy(
                        () -> publish(new Upload(home.resolve("none"), TO, "m", false, List.of())))
                .hasMessageContaining("does not exist");
    }
}
