package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Json;
import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.testing.hub.FakeRepo;
import dev.sae4j.testing.hub.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Models, SAEs and data sets that options name by their hub ids.
class HubInputsTest {
    private static final String TEXT = "the stone bridge over the quiet river\n".repeat(40);

    private final FakeHub hub = new FakeHub();

    @TempDir Path dir;
    private Map<String, String> environment;

    @BeforeEach
    void fill() throws IOException {
        environment = DocumentedHub.environment(hub, dir);
        put(hub.model("me/tiny"), "", TinyModel.whole());
        hub.model("me/tiny").with("pytorch_model.bin", "not this").with("README.md", "nor this");
        hub.dataset("me/texts").with("train.txt", TEXT).with("test.txt", "not this\n");
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private static void put(FakeRepo repo, String place, Path folder) throws IOException {
        for (String name : Ran.names(folder)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)
                    && name.matches("(config|tokenizer|cfg)\\.json|.*\\.safetensors")) {
                repo.withLarge(place + name, Files.readAllBytes(file));
            }
        }
    }

    private Ran sae4j(String line, Object... more) {
        Object[] words = Stream.concat(Stream.of(line.split(" ")), Stream.of(more)).toArray();
        return Ran.sae4j(environment, words);
    }

    private Ran harvest(String model, String data) {
        return sae4j(
                "harvest --hook resid_post.1 --tokens 200 --model " + model + " --data " + data,
                "--out",
                dir.resolve("store"));
    }

    private JsonNode origin() {
        return Json.readObject(dir.resolve("store/store.json")).path("origin");
    }

    @Test
    void modelAndDataComeFromTheHubOnce() throws IOException {
        Ran first = harvest("me/tiny", "me/texts").ok();
        assertThat(first.err()).contains("download 100 %");
        assertThat(origin().path("model").asString("")).isEqualTo("me/tiny");
        assertThat(origin().path("data").asString("")).isEqualTo("me/texts");
        Path cache = dir.resolve("huggingface/hub/models--me--tiny/snapshots");
        assertThat(Ran.names(cache.resolve(hub.model("me/tiny").head())))
                .containsExactly("config.json", "model.safetensors", "tokenizer.json");

        hub.forget();
        assertThat(harvest("hf://me/tiny", "datasets/me/texts").ok().err())
                .doesNotContain("download");
        assertThat(hub.asked("GET", "/resolve/")).isEmpty();

        environment = new HashMap<>(environment);
        environment.put("HF_HUB_OFFLINE", "1");
        hub.forget();
        harvest("me/tiny", "me/texts").ok();
        assertThat(hub.asked()).isEmpty();
        harvest("me/other", "me/texts")
                .failed(
                        1,
                        "[me/other] there is no such file or folder, and as a name on the hub: ",
                        "is not in the cache",
                        "HF_HUB_OFFLINE forbids the network");
    }

    @Test
    void revisionsArePartOfTheName() throws IOException {
        String old = hub.model("me/tiny").head();
        hub.model("me/tiny").with("config.json", "{}");
        harvest("me/tiny@" + old, "me/texts").ok();
        assertThat(origin().path("model").asString("")).isEqualTo("me/tiny@" + old);
        harvest("me/tiny", "me/texts").failed(1, "config.json]");
        harvest("me/tiny@v2", "me/texts").failed(1, "has no revision 'v2'");
    }

    @Test
    void saesLieInFoldersOfTheirRepository() throws IOException {
        harvest("me/tiny", "me/texts").ok();
        sae4j(
                        "train --features 32 --k 4 --batch 50 --model " + TinyModel.whole(),
                        "--activations",
                        dir.resolve("store"),
                        "--out",
                        dir.resolve("sae"))
                .failed(2, "the store was harvested from me/tiny, not from --model");
        sae4j(
                        "train --features 32 --k 4 --batch 50 --model me/tiny",
                        "--activations",
                        dir.resolve("store"),
                        "--out",
                        dir.resolve("sae"))
                .ok();
        put(hub.model("me/saes"), "layers.1/", dir.resolve("sae"));
        put(hub.model("me/saes"), "layers.2/", dir.resolve("sae"));
        sae4j("eval --sae me/saes:layers.1 --model me/tiny --data me/texts --tokens 50").ok();
        sae4j("encode --sae me/saes:layers.1 --model me/tiny --text bridge").ok();
        sae4j("encode --sae hf://me/saes:layers.2@main --model me/tiny --text bridge").ok();
        sae4j("encode --model me/tiny --text bridge --sae me/saes")
                .failed(1, "holds 2 SAEs: name one, as me/saes:layers.1 or :layers.2");
        sae4j("encode --model me/tiny --text bridge --sae me/saes/layers.1")
                .failed(
                        1,
                        "[saes/layers.1] does not exist",
                        "if it is on the hub, write me/saes:layers.1");
        sae4j("encode --model me/tiny --text bridge --sae me/saes:layers.3")
                .failed(1, "[me/saes:layers.3] has no 'layers.3'; closest are: layers.1/");
    }

    @Test
    void whatIsOnTheDiskGoesFirst() throws IOException {
        Path here = TinyModel.copy(dir.resolve("me/tiny"));
        harvest(here.toString(), "me/texts").ok();
        assertThat(origin().path("model").asString("")).isEqualTo("tiny");
        assertThat(hub.asked("GET", "me/tiny")).isEmpty();
        Path relative = Path.of("").toAbsolutePath().relativize(here);
        harvest(relative.toString(), "me/texts").ok();
        assertThat(hub.asked("GET", "me/tiny")).isEmpty();
    }

    @Test
    void namesBothPlacesIfNeitherHasIt() {
        harvest("me/none", "me/texts")
                .failed(
                        1,
                        "[me/none] there is no such file or folder, and as a name on the hub: [me/none] the model is not there: check the name");
        harvest("me/tiny", "me/none")
                .failed(
                        1,
                        "[me/none] there is no such file or folder, and as a name on the hub: [datasets/me/none] the dataset is not there: check the name");
        harvest("me/tiny", "texts/none.txt").failed(1, "[texts/none.txt] does not exist");
        assertThat(hub.asked("GET", "none.txt")).isEmpty();
        harvest("gpt2", "me/texts")
                .failed(1, "[gpt2] does not exist", "on the hub names are ORG/NAME");
        harvest("me/tiny", "tinystories")
                .failed(2, "data 'tinystories' is not known", "on the hub names are ORG/NAME");
        harvest("hf://tiny", "me/texts").failed(2, "'tiny' is no name of a repository");
        harvest("datasets/me/texts", "me/texts").failed(2, "is a data set");
        assertThat(Ran.names(dir)).doesNotContain("store");
    }

    @Test
    void dataSetsOfSeveralConfigurationsAskForOne() throws IOException {
        hub.dataset("me/wiki")
                .with("en/train-0.jsonl", "{\"text\": \"the quiet river\"}\n".repeat(60))
                .with("en/test-0.jsonl", "{\"text\": \"not this\"}\n")
                .with("de/train-0.jsonl", "{\"text\": \"der stille Fluss\"}\n");
        harvest("me/tiny", "me/wiki")
                .failed(1, "holds data in 2 folders: name one, or a file, as me/wiki:de or :en");
        harvest("me/tiny", "me/wiki:en").ok();
        assertThat(origin().path("data").asString("")).isEqualTo("me/wiki:en");
        harvest("me/tiny", "me/wiki:en/train-0.jsonl").ok();
        harvest("me/tiny", "me/wiki:fr").failed(1, "has no 'fr'");
    }

    @Test
    void everyErrorOfTheHubSaysWhatToDo() {
        String info = "/api/models/me/tiny/revision/";
        refused(Fault.status("GET", info, 401), "[me/tiny] the hub does not accept the token");
        refused(Fault.status("GET", info, 403), "may not be had", "see http");
        refused(
                Fault.status("GET", info, 403).header("X-Error-Code", "GatedRepo"),
                "is only given to those who accept its terms: do so at http");
        refused(Fault.status("GET", info, 404), "the model is not there: check the name");
        refused(
                Fault.status("GET", info, 429).header("Retry-After", "100000"),
                "takes no more requests for now (429), for 100000 s: run the same command later");
        refused(
                Fault.status("GET", info, 503).header("Retry-After", "0"),
                "[me/tiny] the hub answered 503 when asked for the model",
                "try again later");
        refused(Fault.corrupt("/object/"), "came with the checksum ", "nothing of it was kept");
        hub.otherList = "[{\"type\":\"file\",\"path\":\"../x\",\"size\":1,\"oid\":\"a\"}]";
        harvest("me/tiny", "me/texts").failed(1, "nothing of this repository is taken");
        hub.otherList = "";
        environment = new HashMap<>(environment);
        environment.put("HF_ENDPOINT", "http://127.0.0.1:1");
        harvest("me/tiny", "me/texts")
                .failed(1, "127.0.0.1:1 could not be reached", "check the network and HF_ENDPOINT");
    }

    private void refused(Fault fault, String... parts) {
        hub.fail(20, fault);
        harvest("me/tiny", "me/texts").failed(1, parts);
        assertThat(Ran.names(dir)).doesNotContain("store");
        hub.repair();
    }
}
