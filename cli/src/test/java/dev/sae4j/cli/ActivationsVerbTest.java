package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ActivationsVerbTest {
    @TempDir Path folder;

    @Test
    void writesWhatWasRecorded() {
        Path output = folder.resolve("states.safetensors");
        JsonNode json =
                Ran.sae4j(
                                "activations",
                                "--model",
                                TinyModel.whole(),
                                "--input",
                                TinyModel.whole().resolve("expected.safetensors"),
                                "--hook",
                                "all",
                                "--output",
                                output,
                                "--json")
                        .json();
        try (var wanted = Safetensors.open(TinyModel.whole().resolve("expected.safetensors"));
                var got = Safetensors.open(output)) {
            assertThat(got.tensors().keySet())
                    .containsAll(
                            wanted.tensors().keySet().stream()
                                    .filter(n -> !n.startsWith("long."))
                                    .toList());
            float loss = wanted.find("loss").orElseThrow().toFloats()[0];
            assertThat(json.at("/loss").asDouble()).isCloseTo(loss, within(1e-5));
            assertThat(json.at("/rows").asInt()).isEqualTo(3);
            assertThat(json.at("/tensors").size()).isEqualTo(got.tensors().size());
        }
        Ran.assertNothingHalfWritten(folder);
    }

    @Test
    void readsATextAndNamesHooksAsTheyWereNamed() {
        Path output = folder.resolve("new/states.safetensors");
        String hooks = "attn_out_post.1,blocks.2.hook_mlp_out,model.layers.3";
        Ran ran =
                Ran.sae4j(
                        "activations",
                        "--text",
                        "a bird",
                        "--hook",
                        hooks,
                        "--no-logits",
                        "--output",
                        output);
        assertThat(ran.ok().out())
                .contains("resid_post.3     F32 [1, 3, 192]")
                .contains("1 rows, 3 tokens\n");
        try (var got = Safetensors.open(output)) {
            assertThat(got.tensors().keySet())
                    .containsExactlyInAnyOrder(
                            "input_ids",
                            "attention_mask",
                            "attn_out_post.1",
                            "mlp_out.2",
                            "resid_post.3");
        }
    }

    @Test
    void readsATensorByName() {
        Path ids = folder.resolve("ids.safetensors");
        SafetensorsWriter.write(
                ids,
                Map.of(),
                List.of(
                        Tensor.ofInts("a", new int[] {1, 2}, 2),
                        Tensor.ofInts("b", new int[] {4, 5, 6}, 3)));
        Path output = folder.resolve("states.safetensors");
        Ran.sae4j("activations", "--input", ids + "#b", "--hook", "logits", "--output", output)
                .ok();
        try (var got = Safetensors.open(output)) {
            assertThat(got.find("input_ids").orElseThrow().toLongs()).containsExactly(4, 5, 6);
            assertThat(got.find("logits").orElseThrow().shape()).containsExactly(1, 3, 4096);
        }
        refused(1, "has no tensor 'input_ids' but", "--input", ids, "--hook", "logits");
        Path wrong = folder.resolve("wrong.safetensors");
        SafetensorsWriter.write(
                wrong, Map.of(), List.of(Tensor.ofInts("input_ids", new int[] {1, 9000}, 2)));
        refused(
                1,
                "token 9000 at position 1 of sequence 0: sae4j-demo knows tokens 0 to 4095",
                "--input",
                wrong,
                "--hook",
                "logits");
    }

    @Test
    void saysWhatIsWrong() {
        refused(2, "give either --text or --input", "--hook", "all");
        refused(2, "give either --text or --input", "--text", "a", "--input", "x", "--hook", "all");
        refused(
                2,
                "--hook names resid_post.1 twice",
                "--text",
                "a",
                "--hook",
                "resid_post.1,blocks.1.hook_resid_post");
        refused(
                2,
                "hook resid_post.7: sae4j-demo has layers 0 to 3",
                "--text",
                "a",
                "--hook",
                "resid_post.7");
        refused(2, "unknown hook 'resid'", "--text", "a", "--hook", "resid");
        refused(
                2,
                "--hook names logits, and --no-logits leaves them out",
                "--text",
                "a",
                "--hook",
                "logits",
                "--no-logits");
        refused(1, "/none] does not exist", "--input", folder.resolve("none"), "--hook", "all");
        refused(2, "a sequence of", "--text", "a ".repeat(400), "--hook", "all");
        Ran.sae4j("activations", "--text", "a", "--hook", "all", "--output", folder)
                .failed(2, "is a folder: name a file");
        assertThat(Ran.names(folder)).isEmpty();
    }

    private void refused(int code, String part, Object... words) {
        Object[] all = Arrays.copyOf(words, words.length + 3);
        System.arraycopy(all, 0, all, 1, words.length);
        all[0] = "activations";
        all[words.length + 1] = "--output";
        all[words.length + 2] = folder.resolve("out.safetensors");
        Ran.sae4j(all).failed(code, part);
        assertThat(Ran.names(folder)).doesNotContain("out.safetensors");
    }
}
