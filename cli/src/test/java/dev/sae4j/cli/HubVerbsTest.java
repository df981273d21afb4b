package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class HubVerbsTest {
    private final FakeHub hub = DocumentedHub.open();

    @TempDir Path folder;
    private Map<String, String> environment;

    @BeforeEach
    void sayWhere() {
        environment = DocumentedHub.environment(hub, folder);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private Ran sae4j(Object... words) {
        return Ran.sae4j(environment, words);
    }

    @Test
    void pullsIntoTheCache() {
        Ran ran = sae4j("pull", "HuggingFaceTB/SmolLM2-135M", "--only", "model").ok();
        String commit = hub.model("HuggingFaceTB/SmolLM2-135M").head();
        Path place =
                folder.resolve("huggingface/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots")
                        .resolve(commit);
        assertThat(ran.out()).isEqualTo("%s%n  3 files, 104 B%n".formatted(place));
        assertThat(ran.err()).contains("download 100 %");
        assertThat(place.resolve("model.safetensors")).hasSize(100);
    }

    @Test
    void pullsIntoAFolder() {
        Path out = folder.resolve("gemma-sae");
        JsonNode said =
                sae4j(
                                "pull",
                                "google/gemma-scope-2b-pt-res:layer_12/width_16k/average_l0_82",
                                "--out",
                                out,
                                "--json")
                        .json();
        assertThat(said.path("path").asString("")).isEqualTo(out.toString());
        assertThat(said.path("files").asInt(0)).isEqualTo(1);
        assertThat(said.path("bytes").asInt(0)).isEqualTo(100);
        assertThat(Ran.names(out)).containsExactly("params.npz");
    }

    @Test
    void publishesAFolder() throws IOException {
        Path sae = Files.createDirectory(folder.resolve("my-sae"));
        Files.writeString(sae.resolve("cfg.json"), "{}");
        Files.write(sae.resolve("sae_weights.safetensors"), new byte[70]);

        Ran plan = sae4j("publish", sae, "--repo", "me/my-sae", "--dry-run").ok();
        assertThat(plan.out())
                .contains("me/my-sae: would send 72 B in 2 files to a new repository")
                .containsPattern("cfg\\.json +2 B +inline")
                .containsPattern("sae_weights\\.safetensors +70 B +lfs");
        assertThat(hub.has("models/me/my-sae")).isFalse();

        Ran ran = sae4j("publish", sae, "--repo", "me/my-sae").ok();
        assertThat(ran.out()).endsWith("/commit/" + hub.model("me/my-sae").head() + "\n");
        assertThat(hub.model("me/my-sae").paths())
                .containsExactly("cfg.json", "sae_weights.safetensors");

        sae4j("pull", "me/my-sae", "--out", folder.resolve("back")).ok();
        assertThat(Ran.files(folder.resolve("back"))).isEqualTo(Ran.files(sae));
    }

    @Test
    void saysWhatToDo() {
        sae4j("pull", "gemma").failed(2, "expected ORG/NAME, such as google/gemma-2-2b");
        sae4j("pull", "a/b", "--only", "all").failed(2, "--only 'all': give model, sae or data");
        sae4j("pull", "a/b", "--only", "sae", "--include", "x").failed(2, "give no --include");
        sae4j("pull", "me/none").failed(1, "[me/none] the model is not there: check the name");
        sae4j("pull", "google/gemma-scope-2b-pt-res", "--only", "sae")
                .failed(1, "holds 2 SAEs: name one, as google/gemma-scope-2b-pt-res:layer_12/");
        sae4j("publish", folder.resolve("none"), "--repo", "me/x").failed(1, "does not exist");
        environment = Map.of("HF_ENDPOINT", hub.endpoint().toString());
        sae4j("publish", folder.resolve("none"), "--repo", "me/x")
                .failed(1, "none] does not exist");
    }

    @Test
    void neverShowsTheToken() {
        hub.fail(9, Fault.status("GET", "/revision/", 403));
        Ran ran = sae4j("pull", "HuggingFaceTB/SmolLM2-135M", "--verbose");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("\tat ").doesNotContain(FakeHub.TOKEN);
    }

    @Test
    void usesOnlyTheCacheIfTheNetworkIsForbidden() {
        sae4j("pull", "HuggingFaceTB/SmolLM2-135M").ok();
        environment =
                Map.of("HF_HOME", folder.resolve("huggingface").toString(), "HF_HUB_OFFLINE", "1");
        sae4j("pull", "HuggingFaceTB/SmolLM2-135M").ok();
        sae4j("pull", "HuggingFaceTB/SmolLM2-360M")
                .failed(1, "is not in the cache", "HF_HUB_OFFLINE forbids the network");
    }
}
