package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Sae;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadTrainingTest {
    @TempDir static Path shared;
    @TempDir Path dir;
    static Path store = Path.of("");
    static Path sae = Path.of("");

    @BeforeAll
    static void harvestAndTrain() {
        store = shared.resolve("store");
        Ran.sae4j(
                        "harvest",
                        "--model",
                        TinyModel.whole(),
                        "--hook",
                        "resid_post.1",
                        "--tokens",
                        "40k",
                        "--dtype",
                        "f32",
                        "--out",
                        store)
                .ok();
        sae = shared.resolve("sae");
        train(store, sae, "--rows", "2k").ok();
    }

    private static Ran train(Path from, Path out, Object... more) {
        Object[] words = {"train", "--activations", from, "--features", 64, "--k", 4, "--out", out};
        Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Ran.sae4j(all);
    }

    private void refused(int code, String option, Object value, String... parts) {
        Object[] words = {
            "train",
            "--activations",
            store,
            "--out",
            dir.resolve("out"),
            "--features",
            64,
            option,
            value
        };
        Object[] all =
                option.equals("--features")
                        ? new Object[] {
                            "train",
                            "--activations",
                            store,
                            "--out",
                            dir.resolve("out"),
                            option,
                            value
                        }
                        : words;
        Ran.sae4j(all).failed(code, parts);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesRecipesThatCannotBe() {
        refused(2, "--k", 65, "activation.k is 65, but there are 64 features (d_sae)");
        refused(2, "--k", 0, "k is 0: expected at least 1");
        refused(2, "--features", 0, "features is 0: expected at least 1");
        refused(2, "--features", "many", "'many' is no size: write 500, 64k, 10M or 1.5B");
        refused(2, "--features", "3B", "--features 3000000000 is too large");
        refused(2, "--learning-rate", -1, "learning rate is -1.0: expected above 0");
        refused(2, "--batch", 0, "batch is 0: expected at least 1");
        refused(2, "--rows", 0, "0 training rows are less than one batch of 1024");
        refused(2, "--recipe", "relu", "recipe 'relu' is not known", "there are topk, batchtopk");
        refused(2, "--recipe", "topc", "did you mean 'topk'?");
        refused(2, "--set", "activation.kk=3", "'activation.kk' is not known", "has the keys k, ");
        refused(2, "--set", "loss", "[--set loss] expected key=value");
        refused(2, "--snapshots", "soon", "'soon' is no span of a run");
        refused(2, "--format", "onnx", "onnx", "saelens");
        refused(2, "--validation", 0.9, "--validation is 0.9: expected a share above 0");
        refused(2, "--width", 49, "--width is 49, but the activations are 48 wide");
        refused(
                2,
                "--hook",
                "resid_post.0",
                "harvested at resid_post.1, not at --hook resid_post.0");
        refused(
                2,
                "--model",
                "demo",
                "was harvested from llama, not from --model demo (sae4j-demo)");
        refused(2, "--data", "wordnet", "--data goes with a model that runs");
        refused(2, "--threads", 0, "--threads must be at least 1, got 0");
        refused(2, "--feetures", 9, "unknown option", "--feetures", "did you mean --features");
    }

    @Test
    void saysHowMuchMemoryTheWidthNeedsBeforeItTakesAny() {
        refused(
                1,
                "--features",
                "20M",
                "training 20000000 features of width 48 with batch 1024 needs 27.8 GB of memory",
                "but the heap may only grow to",
                "choose fewer features, a smaller batch, or allow more with SAE4J_OPTS=-Xmx33g");
        Ran.sae4j("quickstart", "--features", "2M", "--out", dir.resolve("out"))
                .failed(1, "training 2000000 features of width 192", "GB of memory");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesStoresThatAreNone() {
        Path out = dir.resolve("out");
        train(dir.resolve("nowhere"), out)
                .failed(1, "nowhere] does not exist: expected an activation store");
        train(sae, out).failed(1, "has no store.json: expected an activation store");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void neverReplacesOtherThings() throws IOException {
        Path file = Files.writeString(dir.resolve("thesis.txt"), "years of work");
        Path folder = Files.createDirectory(dir.resolve("thesis"));
        Files.writeString(folder.resolve("chapter1.txt"), "more years of work");
        Map<String, String> before = Ran.files(dir);
        String model = TinyModel.whole().toString();
        for (Path out : new Path[] {file, folder}) {
            String message =
                    out.equals(file)
                            ? "thesis.txt] is a file: name a folder to make"
                            : "/thesis] exists and is not an SAE folder (it has no cfg.json): it will not be replaced, choose another folder";
            train(store, out).failed(1, message);
            Ran.sae4j(
                            "harvest",
                            "--model",
                            model,
                            "--hook",
                            "resid_post.1",
                            "--tokens",
                            50,
                            "--out",
                            out)
                    .failed(
                            1,
                            message.replace("SAE folder", "activation store")
                                    .replace("cfg", "store"));
        }
        Ran.sae4j("quickstart", "--out", file).failed(1, "thesis.txt] is a file");
        Files.createDirectories(folder.resolve("sae"));
        Files.writeString(folder.resolve("sae/notes.txt"), "about");
        Ran.sae4j("quickstart", "--tokens", 50, "--out", folder)
                .failed(1, "thesis/sae] exists and is not an SAE folder");
        Files.delete(folder.resolve("sae/notes.txt"));
        Files.delete(folder.resolve("sae"));
        assertThat(Ran.files(dir)).isEqualTo(before);
    }

    @Test
    void saysThatAFolderCannotBeMade() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "x");
        train(store, file.resolve("out")).failed(1, "file/out] cannot be written: ");
        train(store, Path.of(".")).failed(2, "'.' cannot be made: name a new folder");
        assertThat(Ran.names(dir)).containsExactly("file");
    }

    /// A store with a value that is not a number in one row, its checksum put right.
    private Path spoilt(int row) throws IOException {
        Path copy = Files.createDirectory(dir.resolve("spoilt"));
        for (String name : Ran.names(store)) {
            Files.copy(store.resolve(name), copy.resolve(name));
        }
        Path shard = copy.resolve("shard-00000.safetensors");
        byte[] bytes = Files.readAllBytes(shard);
        String old = checksum(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) buffer.getLong(0);
        String text = new String(bytes, 8, header, StandardCharsets.UTF_8);
        assertThat(text)
                .contains(
                        "\"activations\":{\"dtype\":\"F32\",\"shape\":[40000,48],\"data_offsets\":[0,");
        buffer.putFloat(8 + header + 4 * (48 * row + 5), Float.NaN);
        Files.write(shard, bytes);
        Path json = copy.resolve("store.json");
        String said = Files.readString(json);
        assertThat(said).contains(old);
        Files.writeString(json, said.replace(old, checksum(bytes)));
        return copy;
    }

    private static String checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return String.format("%08x", crc.getValue());
    }

    /// The first 16,384 rows are looked at before training begins; which rows these are depends on
    /// the seed.
    @Test
    void keepsTheLastGoodSaeWhenActivationsAreNotANumber() throws IOException {
        Path bad = spoilt(20);
        Path out = dir.resolve("out");
        boolean before = false;
        boolean during = false;
        for (int seed = 1; seed <= 12 && !(before && during); seed++) {
            Ran ran = train(bad, out, "--batch", 256, "--seed", seed);
            ran.failed(
                    1,
                    "[spoilt/shard-00000.safetensors] row 20 of 'activations' holds NaN or infinity");
            if (ran.err().contains("training stopped at step ")) {
                during = true;
                assertThat(ran.err())
                        .containsPattern("training stopped at step \\d+: ")
                        .contains("; the last good SAE has been written to " + out);
                try (Sae good = Sae.load(out)) {
                    assertThat(good.config().metadata()).containsKey("stopped_early");
                }
                Ran.sae4j("inspect", out).ok();
                Ran.sae4j("eval", "--sae", out, "--activations", store).ok();
                Ran.remove(out);
            } else {
                before = true;
                assertThat(Ran.names(dir)).containsExactly("spoilt");
            }
        }
        assertThat(before).isTrue();
        assertThat(during).isTrue();
        Ran.assertNothingHalfWritten(dir);
    }

    @Test
    void evalNamesTheRowThatIsNotANumber() throws IOException {
        Ran.sae4j("eval", "--sae", sae, "--activations", spoilt(4321))
                .failed(1, "row 4321 of 'activations' holds NaN or infinity");
    }

    @Test
    void refusesAFeatureBookThatIsDamagedOrOfAnotherSae() throws IOException {
        Path copy = Files.createDirectories(dir.resolve("q/sae"));
        for (String name : Ran.names(sae)) {
            Files.copy(sae.resolve(name), copy.resolve(name));
        }
        Path book = Files.createDirectories(dir.resolve("q/features")).resolve("feature_data.json");
        Files.writeString(book, "{\"features\": [");
        encode(copy, "a bird").failed(1, "features/feature_data.json] is not JSON");
        Files.writeString(book, "{\"features\": [{\"i\": 0, \"c\": 1, \"d\": 0.5}]}");
        encode(copy, "a bird")
                .failed(1, "features describes 1 features, the SAE has 64", "--features");
    }

    private static Ran encode(Path sae, String text, Object... more) {
        Object[] words = {"encode", "--sae", sae, "--model", TinyModel.whole(), "--text", text};
        Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Ran.sae4j(all);
    }

    @Test
    void encodeRefusesTextThatItCannotShow() {
        encode(sae, "  \n").failed(2, "--text is empty: give some text");
        encode(sae, "a bird", "--top", 0).failed(2, "--top must be at least 1, got 0");
        encode(sae, "stone ".repeat(400)).failed(2, "256");
        encode(sae, "a bird", "--hook", "resid_post.7").failed(2, "resid_post.7");
        encode(dir.resolve("nowhere"), "a bird").failed(1, "nowhere] does not exist");
        encode(store, "a bird").failed(1, "is no SAE of a known format");
    }

    @Test
    void evalRefusesWhatItCannotMeasure() {
        Ran.sae4j("eval", "--sae", sae, "--model", TinyModel.whole(), "--tokens", 0)
                .failed(2, "tokens must be at least 1, got 0");
        Ran.sae4j("eval", "--sae", sae, "--model", TinyModel.whole(), "--exclude", "some")
                .failed(2, "cannot exclude 'some': give none, or a list of first, special, norm");
        Ran.sae4j("eval", "--sae", sae, "--activations", dir)
                .failed(1, "has no store.json: expected an activation store");
    }
}
