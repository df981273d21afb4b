package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a user does with SAEs of other people: look, encode, convert.
class ForeignSaeTest {
    private static final Path CHECKPOINTS = Fixtures.root().resolve("checkpoints");

    @TempDir Path folder;

    private static Path recorded(String path) {
        return CHECKPOINTS.resolve(path);
    }

    /// Within float32 rounding of what the original library computed.
    private static void assertClose(Tensor found, Tensor expected) {
        float[] a = found.toFloats();
        float[] b = expected.toFloats();
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.length; i++) {
            assertThat(Math.abs(a[i] - b[i])).isLessThan(1e-4f);
        }
    }

    @Test
    void encodesActivationsOfAFile() {
        Path expected = recorded("seeds/001-grid/expected.BatchTopK_exp8x_k8.safetensors");
        Path out = folder.resolve("codes.safetensors");
        JsonNode said =
                Ran.sae4j(
                                "encode",
                                "--sae",
                                recorded("seeds/001-grid/BatchTopK_exp8x_k8.pt"),
                                "--input",
                                expected + "#x",
                                "--output",
                                out,
                                "--dense",
                                "--json")
                        .json();
        assertThat(said.path("rows").asInt()).isEqualTo(24);
        assertThat(said.path("l0").asDouble()).isEqualTo(8);
        try (var codes = Safetensors.open(out);
                var recorded = Safetensors.open(expected)) {
            assertClose(
                    codes.require("features", "dense", 24, 160),
                    recorded.require("features", "recorded", 24, 160));
            assertClose(
                    codes.require("reconstruction", "y", 24, 20),
                    recorded.require("reconstruction", "recorded", 24, 20));
            long[] start = codes.require("row_start", "rows", 25).toLongs();
            assertThat(start[24]).isEqualTo(192);
            assertThat(codes.require("feature", "entries", 192).toLongs()).hasSize(192);
            assertThat(codes.require("value", "entries", 192).toFloats()).doesNotContain(0f);
        }
    }

    @Test
    void encodesSequencesOfATemporalSae() {
        Path expected = recorded("saelens/temporal/expected.safetensors");
        Path out = folder.resolve("codes.safetensors");
        Ran.sae4j(
                        "encode",
                        "--sae",
                        recorded("saelens/temporal"),
                        "--input",
                        expected + "#x",
                        "--output",
                        out,
                        "--sequence",
                        8)
                .ok();
        try (var codes = Safetensors.open(out);
                var recorded = Safetensors.open(expected)) {
            assertClose(
                    codes.require("reconstruction", "y", 24, 20),
                    recorded.require("reconstruction", "recorded", 24, 20));
        }
        Ran.sae4j(
                        "encode",
                        "--sae",
                        recorded("saelens/temporal"),
                        "--input",
                        expected + "#x",
                        "--output",
                        out,
                        "--sequence",
                        7)
                .failed(2, "--sequence 7 does not divide 24 rows");
    }

    @Test
    void asksForOneInput() {
        Path sae = recorded("saelens/topk");
        Ran.sae4j("encode", "--sae", sae).failed(2, "give either --text or --input");
        Ran.sae4j("encode", "--sae", sae, "--input", "x.safetensors")
                .failed(2, "--input needs --output FILE");
        Path two = folder.resolve("two.safetensors");
        SafetensorsWriter.write(
                two,
                Map.of(),
                List.of(
                        Tensor.ofFloats("a", new float[20], 1, 20),
                        Tensor.ofFloats("b", new float[12], 3, 4)));
        Path out = folder.resolve("out.safetensors");
        Ran.sae4j("encode", "--sae", sae, "--input", two, "--output", out)
                .failed(2, "has [a, b]: say which one, as");
        Ran.sae4j("encode", "--sae", sae, "--input", two + "#b", "--output", out)
                .failed(1, "tensor 'b' is F32 [3, 4]: the SAE takes [rows, 20]");
        Ran.sae4j("encode", "--sae", sae, "--input", two + "#c", "--output", out)
                .failed(1, "has no tensor 'c': it has [a, b]");
        assertThat(out).doesNotExist();
    }

    @Test
    void convertsAndSaysHowCloseTheResultIs() {
        Path out = folder.resolve("converted");
        JsonNode said =
                Ran.sae4j(
                                "convert",
                                recorded(
                                        "openai/v4-relu/gpt2-small/mlp_post_act_v4/autoencoders/5.pt"),
                                out,
                                "--to",
                                "saelens",
                                "--json")
                        .json();
        assertThat(said.path("from").asString()).isEqualTo("openai");
        assertThat(said.path("check").path("differing").asInt()).isZero();
        assertThat(said.path("check").path("features").asDouble()).isZero();
        assertThat(Ran.names(out)).containsExactly("cfg.json", "sae_weights.safetensors");
        Ran.sae4j("convert", out, folder.resolve("half"), "--to", "saelens", "--dtype", "bf16")
                .ok();
        JsonNode half = Ran.sae4j("inspect", folder.resolve("half"), "--json").json();
        assertThat(half.path("dtype").asString()).isEqualTo("BF16");
    }

    @Test
    void refusesToLoseAnythingUnasked() {
        Path sae =
                recorded(
                        "openai/topk-identity/gpt2-small/resid_post_attn_v5_32k/autoencoders/0.pt");
        Path out = folder.resolve("out");
        Ran.sae4j("convert", sae, out, "--to", "saelens")
                .failed(
                        1,
                        "format saelens cannot express all of this SAE:",
                        "negative activations of this SAE are lost",
                        "Write it all the same with --lossy");
        assertThat(out).doesNotExist();
        assertThat(Ran.sae4j("convert", sae, out, "--to", "saelens", "--lossy").ok().out())
                .contains("lost: SAELens' TopK applies ReLU");
        Ran.sae4j("convert", sae, out, "--to", "saelens", "--lossy")
                .failed(1, "exists: it will not be replaced");
        Ran.sae4j("convert", recorded("saelens/temporal"), folder.resolve("x"), "--to", "saelens")
                .failed(
                        1,
                        "[saelens/temporal] cannot be written as saelens: temporal SAEs are only");
        Ran.sae4j("convert", sae, folder.resolve("x"), "--to", "goodfire")
                .failed(2, "format 'goodfire' is only read: written are saelens");
        Ran.sae4j("convert", sae, folder.resolve("x"), "--to", "word")
                .failed(2, "there is no format 'word'");
        Ran.sae4j("convert", sae, folder.resolve("x"), "--to", "saelens", "--dtype", "int8")
                .failed(2, "--dtype is f32, f16 or bf16, not 'int8'");
    }

    @Test
    void convertsAFolderOfMany() {
        Path out = folder.resolve("all");
        JsonNode said =
                Ran.sae4j("convert", recorded("seeds/002-linear"), out, "--to", "saelens", "--json")
                        .json();
        assertThat(said.size()).isEqualTo(8);
        assertThat(Ran.names(out)).hasSize(8).contains("sae_layer01_final");
        Ran.sae4j("inspect", out.resolve("sae_layer01_final")).ok();
        Path grid = folder.resolve("grid");
        Ran.sae4j("convert", recorded("seeds/001-grid"), grid, "--to", "saelens")
                .failed(1, "[001-grid/BatchTopK_exp8x_k8.pt] format saelens cannot express");
        assertThat(grid).doesNotExist();
        assertThat(
                        Ran.sae4j(
                                        "convert",
                                        recorded("seeds/003-saelens-repo"),
                                        grid,
                                        "--to",
                                        "dictionary_learning")
                                .ok()
                                .out())
                .contains("Wrote 2 SAEs as dictionary_learning");
        assertThat(grid.resolve("snap/blocks.0.hook_resid_post/ae.pt")).isRegularFile();
    }

    @Test
    void listsAFolderOfManySaes() {
        String table = Ran.sae4j("inspect", recorded("seeds/002-linear")).ok().out();
        assertThat(table)
                .contains("8 sparse autoencoders")
                .contains("2 layers (0 to 1), snapshots 50M, 100M, 150M, 200M, 250M, final");
        assertThat(table.indexOf("sae_layer00_50M")).isLessThan(table.indexOf("sae_layer00_100M"));
        JsonNode grid = Ran.sae4j("inspect", recorded("seeds/001-grid"), "--json").json();
        assertThat(grid.path("kind").asString()).isEqualTo("sae_set");
        assertThat(grid.path("saes").valueStream().map(s -> s.path("architecture").asString()))
                .containsExactly("batchtopk", "jumprelu", "topk");
        Ran.sae4j("eval", "--sae", recorded("seeds/002-linear"))
                .failed(1, "is a folder with 8 SAEs below it, not one: name one of them");
    }

    @Test
    void listsAnSaeOnceAndNamesWhatIsDamaged() throws IOException {
        Path set = Files.createDirectory(folder.resolve("set"));
        Path whole = recorded("seeds/002-w-names/sae_layer00_50M.pt");
        Files.copy(whole, set.resolve("sae_layer00_50M.pt"));
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(set.resolve("sae_layer01_50M.pt"), java.util.Arrays.copyOf(bytes, 900));
        Files.createSymbolicLink(set.resolve("around"), set);
        JsonNode said = Ran.sae4j("inspect", set, "--json").json();
        assertThat(said.path("saes").valueStream().map(s -> s.path("id").asString()))
                .containsExactly("sae_layer00_50M.pt");
        assertThat(said.path("problems").valueStream().map(JsonNode::asString))
                .singleElement()
                .asString()
                .startsWith("[set/sae_layer01_50M.pt]");
    }

    @Test
    void readsAnotherWayWhenAsked() {
        Path sae = recorded("seeds/004-dl-batchtopk/layer_45/dict_16k_k80");
        JsonNode usual = Ran.sae4j("inspect", sae, "--json").json();
        assertThat(usual.path("reading").asString()).isEqualTo("threshold");
        assertThat(usual.path("architecture").asString()).isEqualTo("batchtopk");
        JsonNode other = Ran.sae4j("inspect", sae, "--reading", "topk", "--json").json();
        assertThat(other.path("architecture").asString()).isEqualTo("topk");
        Ran.sae4j("inspect", sae, "--reading", "nope")
                .failed(2, "there is no reading 'nope': this SAE has threshold, batch_topk, topk");
        Ran.sae4j("inspect", sae, "--format", "saelens")
                .failed(1, "is not of format saelens: there is no cfg.json");
        Ran.sae4j("inspect", sae, "--orientation", "sideways")
                .failed(2, "'sideways' is neither in-out nor out-in");
    }

    @Test
    void asksWhichWayRoundASquareMatrixIs() {
        Path file = folder.resolve("square.safetensors");
        float[] matrix = {1, 2, 3, 4};
        SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(
                        Tensor.ofFloats("W_enc", matrix, 2, 2),
                        Tensor.ofFloats("W_dec", matrix, 2, 2),
                        Tensor.ofFloats("b_enc", new float[2], 2),
                        Tensor.ofFloats("b_dec", new float[2], 2)));
        Ran.sae4j("inspect", file).failed(1, "Give --orientation in-out for x·W_enc");
        Ran.sae4j("inspect", file, "--orientation", "out-in").ok();
    }
}
