package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Tensor;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models that are missing, damaged or not of the SAE: the whole command says so and leaves nothing.
class BadModelTest {
    @TempDir Path dir;

    private void refused(Path model, String... parts) {
        Path out = dir.resolve("out");
        Ran.sae4j(
                        "harvest",
                        "--model",
                        model,
                        "--hook",
                        "resid_post.2",
                        "--tokens",
                        50,
                        "--out",
                        out)
                .failed(1, parts);
        Ran.sae4j("quickstart", "--model", model, "--tokens", 50, "--rows", 50, "--out", out)
                .failed(1, parts);
        assertThat(Ran.names(out)).isEmpty();
        Ran.assertNothingHalfWritten(dir);
    }

    @Test
    void saysWhatAModelFolderHasIfThereIsNone() {
        Path nowhere = dir.resolve("nowhere");
        refused(
                nowhere,
                "/nowhere] does not exist: expected a model folder with config.json, model.safetensors and tokenizer.json");
        Path sae = Fixtures.root().resolve("checkpoints/saelens/topk");
        Ran.sae4j("encode", "--sae", sae, "--text", "a", "--model", nowhere)
                .failed(1, "/nowhere] does not exist");
        Ran.sae4j("eval", "--sae", sae, "--model", nowhere).failed(1, "/nowhere] does not exist");
        Ran.sae4j("bench", "lm", "--model", nowhere).failed(1, "/nowhere] does not exist");
        Ran.sae4j("inspect", nowhere).failed(1, "/nowhere] does not exist");
    }

    @Test
    void listsTheFamiliesItKnows() throws IOException {
        Path model = TinyModel.copy(dir.resolve("mamba"));
        Path config = model.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"model_type\": \"llama\"", "\"model_type\": \"mamba\""));
        refused(
                model,
                "mamba/config.json] model_type 'mamba' is not supported; supported are: gemma2, gemma3, gemma3_text, gpt2, gpt_neox, llama, mistral");
    }

    private Path configured(String name, String from, String to) throws IOException {
        Path model = TinyModel.copy(dir.resolve(name));
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace(from, to));
        return model;
    }

    @Test
    void namesRotationsAndActivationsItCannotCompute() throws IOException {
        refused(
                configured(
                        "turned",
                        "\"rope_scaling\": null",
                        "\"rope_scaling\": {\"rope_type\": \"spiral\", \"factor\": 4.0}"),
                "turned/config.json] ",
                "rope_type is 'spiral'");
        refused(
                configured("curved", "\"hidden_act\": \"silu\"", "\"hidden_act\": \"xielu\""),
                "curved/config.json] hidden_act is 'xielu'");
    }

    @Test
    void noticesATokenizerThatIsMissingOrOfAnotherModel() throws IOException {
        Path missing = TinyModel.copy(dir.resolve("mute"));
        Files.delete(missing.resolve("tokenizer.json"));
        refused(missing, "mute/tokenizer.json] does not exist");
        Path other = TinyModel.copy(dir.resolve("other"));
        try (var larger =
                LanguageModel.class.getResourceAsStream("/dev/sae4j/demo-model/tokenizer.json")) {
            Files.copy(
                    Objects.requireNonNull(larger),
                    other.resolve("tokenizer.json"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        refused(
                other,
                "other/tokenizer.json] has 4096 tokens",
                "vocab_size is 384: the tokenizer belongs to another model");
    }

    @Test
    void namesATensorThatIsMissing() throws IOException {
        Path model = TinyModel.with(dir.resolve("lacking"), t -> t.remove(TinyModel.DOWN));
        refused(
                model,
                "lacking/model.safetensors] has no tensor '" + TinyModel.DOWN + "' [48, 80]",
                "it has [");
    }

    @Test
    void namesATensorOfWrongShape() throws IOException {
        Path model =
                TinyModel.with(
                        dir.resolve("odd"),
                        t ->
                                t.put(
                                        TinyModel.DOWN,
                                        Tensor.ofFloats(
                                                TinyModel.DOWN, new float[48 * 79], 48, 79)));
        refused(
                model,
                "odd/model.safetensors] tensor '"
                        + TinyModel.DOWN
                        + "' is [48, 79]; expected [48, 80]");
    }

    @Test
    void noticesAFileThatWasCutShort() throws IOException {
        Path model = TinyModel.copy(dir.resolve("short"));
        Path file = model.resolve("model.safetensors");
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length - 100));
        refused(
                model,
                "short/model.safetensors] tensor 'model.norm.weight' ends at byte",
                "cut short, download it again");
    }

    @Test
    void noticesAHeaderLongerThanTheFile() throws IOException {
        Path model = TinyModel.copy(dir.resolve("long"));
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(model.resolve("model.safetensors"), bytes.putLong(5_000_000).array());
        refused(
                model,
                "long/model.safetensors] says its header is 5000000 bytes long, but the file has 64 bytes");
        Ran.sae4j("inspect", model.resolve("model.safetensors"))
                .failed(1, "says its header is 5000000 bytes long");
    }

    @Test
    void noticesTensorsThatOverlap() throws IOException {
        Path model = TinyModel.copy(dir.resolve("overlap"));
        byte[] header =
                """
                {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
                 "b": {"dtype": "F32", "shape": [4], "data_offsets": [8, 24]}}
                """
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + 24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        Files.write(model.resolve("model.safetensors"), bytes.array());
        refused(model, "overlap/model.safetensors] ", "overlap");
    }

    @Test
    void stopsAtActivationsThatAreNotANumberAndKeepsNone() throws IOException {
        Path model = TinyModel.withNaN(dir.resolve("nan"));
        refused(
                model,
                "the activation of nan at resid_post.2 holds NaN or infinity in document 0, position 1",
                "its weights are damaged; nothing was kept");
        Path sae = trainedOnTheWholeModel();
        Ran.sae4j("encode", "--sae", sae, "--model", model, "--text", "a stone bridge")
                .failed(1, "the activations of nan at resid_post.1 hold NaN or infinity");
        Ran.sae4j("eval", "--sae", sae, "--model", model, "--tokens", 50)
                .failed(1, "the activations of nan at resid_post.1 hold NaN or infinity");
    }

    private static Object[] words(String line, Object... more) {
        return Stream.concat(Stream.of(line.split(" ")), Stream.of(more)).toArray();
    }

    private Path trainedOnTheWholeModel() {
        Path store = dir.resolve("good-store");
        Path sae = dir.resolve("good-sae");
        Ran.sae4j(
                        "harvest",
                        "--model",
                        TinyModel.whole(),
                        "--hook",
                        "resid_post.1",
                        "--tokens",
                        500,
                        "--out",
                        store)
                .ok();
        String train = "train --features 64 --k 4 --batch 100";
        Ran.sae4j(words(train, "--activations", store, "--out", sae)).ok();
        return sae;
    }

    @Test
    void refusesAnSaeOfAnotherWidthThanTheModel() {
        Path sae = trainedOnTheWholeModel();
        Ran.sae4j("encode", "--sae", sae, "--text", "a bird")
                .failed(2, "the SAE takes activations of width 48, but sae4j-demo has width 192");
        Ran.sae4j("eval", "--sae", sae, "--tokens", 50)
                .failed(2, "the SAE takes activations of width 48, but sae4j-demo has width 192");
        Path store = dir.resolve("demo-store");
        Ran.sae4j("harvest", "--hook", "resid_post.1", "--tokens", 50, "--out", store).ok();
        Ran.sae4j("eval", "--sae", sae, "--activations", store)
                .failed(2, "the SAE takes activations of width 48, the store has 192");
    }

    @Test
    void refusesHooksThatTheModelDoesNotHave() {
        Path out = dir.resolve("out");
        Ran.sae4j("harvest", "--hook", "resid_past.1", "--tokens", 50, "--out", out)
                .failed(
                        2,
                        "unknown hook 'resid_past.1'",
                        "resid_post",
                        "See: sae4j harvest --help");
        Ran.sae4j("harvest", "--hook", "resid_post.4", "--tokens", 50, "--out", out)
                .failed(2, "hook resid_post.4: sae4j-demo has layers 0 to 3");
        Ran.sae4j("quickstart", "--hook", "resid_post.4", "--out", out).failed(2, "resid_post.4");
        assertThat(Ran.names(out)).isEmpty();
    }
}
