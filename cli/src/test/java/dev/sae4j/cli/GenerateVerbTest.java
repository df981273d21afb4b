package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.generate.GenerateOptions;
import dev.sae4j.lm.generate.Generator;
import dev.sae4j.lm.generate.Intervention;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.testing.Gen;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class GenerateVerbTest {
    private static final int D = 192;
    private static final int F = 32;
    private static final String PROMPT = "a bird that";

    @TempDir static Path folder;
    private static Path sae;
    private static float[] direction = new float[D];

    @BeforeAll
    static void writeSae() {
        sae = folder.resolve("sae");
        write(sae, Map.of("hook_name", "blocks.2.hook_resid_post"));
        write(folder.resolve("nowhere"), Map.of());
    }

    private static void write(Path path, Map<String, Object> metadata) {
        var random = new SplittableRandom(3);
        var weights =
                SaeWeights.of(
                        Matrix.of(Gen.gaussians(random, F * D), F, D),
                        new float[F],
                        Matrix.of(Gen.gaussians(random, F * D), F, D),
                        new float[D]);
        weights.decoder().read(5, direction, 0);
        var config = new SaeConfig(D, F, new Activation.TopK(4), false, metadata);
        try (Sae made = Sae.of(config, weights)) {
            Checkpoints.saeLens().write(made, path);
        }
    }

    private static String library(Intervention... interventions) {
        try (var model = LanguageModel.demo();
                var workers = Workers.of(2)) {
            return Generator.of(model, workers)
                    .with(interventions)
                    .generate(PROMPT, GenerateOptions.greedy(8))
                    .text();
        }
    }

    @Test
    void showsThePromptAndWhatFollowsAsItComes() {
        Ran ran = Ran.sae4j("generate", "--prompt", PROMPT, "--max-tokens", 8).ok();
        assertThat(ran.out()).isEqualTo(PROMPT + library() + "\n");
        assertThat(ran.err()).contains("8 tokens behind a prompt of 4, ").contains(" per second");
    }

    @Test
    void steersBesideTheUntouchedText() {
        JsonNode json =
                Ran.sae4j(
                                "generate",
                                "--prompt",
                                PROMPT,
                                "--max-tokens",
                                8,
                                "--json",
                                "--steer",
                                sae + ":5=20")
                        .json();
        String steered = library(Intervention.add(Hook.residPost(2), direction, 20));
        assertThat(steered).isNotEqualTo(library());
        assertThat(json.at("/plain/text").asString()).isEqualTo(library());
        assertThat(json.at("/plain/tokens").size()).isEqualTo(8);
        assertThat(json.at("/plain/ending").asString()).isEqualTo("max_tokens");
        assertThat(json.at("/changed/text").asString()).isEqualTo(steered);
        assertThat(json.at("/interventions/0/kind").asString()).isEqualTo("steer");
        assertThat(json.at("/interventions/0/feature").asInt()).isEqualTo(5);
        assertThat(json.at("/interventions/0/strength").asDouble()).isEqualTo(20);
        assertThat(json.at("/interventions/0/hook").asString()).isEqualTo("resid_post.2");
        assertThat(json.at("/model").asString()).isEqualTo("sae4j-demo");
        assertThat(json.at("/tokens_per_second").asDouble()).isPositive();
        Ran plain =
                Ran.sae4j(
                        "generate",
                        "--prompt",
                        PROMPT,
                        "--max-tokens",
                        8,
                        "--steer",
                        sae + ":5=20");
        assertThat(plain.ok().out())
                .isEqualTo(
                        "as it is\n%s%s\n\n#5 +20.00\n%s%s\n"
                                .formatted(PROMPT, library(), PROMPT, steered));
    }

    @Test
    void takesFeaturesAwayAllAtOnce() {
        Object[] words = {
            "generate",
            "--prompt",
            PROMPT,
            "--max-tokens",
            8,
            "--json",
            "--ablate",
            sae + ":1",
            "--ablate",
            sae + ":2"
        };
        JsonNode json = Ran.sae4j(words).json();
        try (Sae opened = Sae.load(sae)) {
            assertThat(json.at("/changed/text").asString())
                    .isEqualTo(library(Intervention.ablate(opened, 1, 2)));
        }
        assertThat(json.at("/interventions").size()).isEqualTo(2);
        assertThat(json.at("/ablated_positions").asInt()).isPositive();
    }

    @Test
    void addsAVectorFromAFile() {
        Path file = folder.resolve("v.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(Tensor.ofFloats("v", direction, D), Tensor.ofFloats("w", direction, 1, D)));
        for (String name : List.of("v", "w")) {
            JsonNode json =
                    Ran.sae4j(
                                    "generate",
                                    "--prompt",
                                    PROMPT,
                                    "--max-tokens",
                                    8,
                                    "--json",
                                    "--steer-vector",
                                    file + "#" + name + "@blocks.2.hook_resid_post=20")
                            .json();
            assertThat(json.at("/changed/text").asString())
                    .isEqualTo(library(Intervention.add(Hook.residPost(2), direction, 20)));
        }
        Ran.sae4j("generate", "--prompt", "a", "--steer-vector", file + "@resid_post.2=1")
                .failed(
                        1,
                        "/v.safetensors] has",
                        "say which one is the vector, as v.safetensors#NAME");
        Ran.sae4j("generate", "--prompt", "a", "--steer-vector", file + "#z@resid_post.2=1")
                .failed(1, "/v.safetensors] has no tensor 'z': it has");
        Ran.sae4j("generate", "--prompt", "a", "--steer-vector", file + "#v@mlp_hidden.2=1")
                .failed(2, "a vector of 192 numbers cannot be added at mlp_hidden.2");
    }

    @Test
    void theSameSeedDrawsTheSameText() {
        Object[] words = {
            "generate",
            "--prompt",
            PROMPT,
            "--max-tokens",
            20,
            "--temperature",
            1,
            "--top-p",
            0.9,
            "--top-k",
            50,
            "--seed"
        };
        String one = Ran.sae4j(with(words, 7)).ok().out();
        assertThat(Ran.sae4j(with(words, 7)).ok().out()).isEqualTo(one);
        assertThat(Ran.sae4j(with(words, 8)).ok().out()).isNotEqualTo(one);
    }

    private static Object[] with(Object[] words, Object last) {
        Object[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return all;
    }

    @Test
    void readsThePromptFromAFileOrFromStdin() throws IOException {
        Path file = folder.resolve("prompt.txt");
        Files.writeString(file, PROMPT + "\n");
        String expected = PROMPT + library() + "\n";
        Ran ran = Ran.sae4j("generate", "--prompt-file", file, "--max-tokens", 8);
        assertThat(ran.ok().out()).isEqualTo(expected);
        var stdin = System.in;
        System.setIn(new ByteArrayInputStream((PROMPT + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(Ran.sae4j("generate", "--prompt", "-", "--max-tokens", 8).ok().out())
                    .isEqualTo(expected);
        } finally {
            System.setIn(stdin);
        }
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        Ran.sae4j("generate", "--prompt-file", file).failed(1, "/prompt.txt] is not UTF-8 text");
        Ran.sae4j("generate", "--prompt-file", folder.resolve("none"))
                .failed(1, "/none] does not exist");
    }

    @Test
    void saysWhatIsWrongWithAnIntervention() {
        refused("--steer", sae + ":5", "expected S:FEATURE=STRENGTH, such as my-sae:512=8");
        refused("--steer", sae + "=5", "expected S:FEATURE=STRENGTH");
        refused("--steer", sae + ":five=5", "expected S:FEATURE=STRENGTH");
        refused("--steer", sae + ":5=lots", "the strength 'lots' is no number");
        refused("--steer", sae + ":5=NaN", "the strength 'NaN' is no number");
        refused("--steer", sae + ":32=1", "there is no feature 32: the SAE has features 0 to 31");
        refused("--steer", sae + ":5=3x", "which stands in the feature book, but there is no ");
        refused("--ablate", sae + ":5=1", "expected S:FEATURE, such as my-sae:512");
        refused("--ablate", sae + ":99", "there is no feature 99");
        refused("--steer-vector", "v=1", "expected FILE[#TENSOR]@HOOK=STRENGTH");
        refused(
                "--steer",
                folder.resolve("nowhere") + ":5=1",
                "does not say which hook it belongs to: give --hook");
        Ran.sae4j("generate", "--prompt", "a", "--ablate", folder.resolve("none") + ":1")
                .failed(1, "/none] does not exist");
        Ran.sae4j("generate", "--prompt", "a", "--steer", sae + ":5=1", "--hook", "mlp_hidden.1")
                .failed(
                        2,
                        "the SAE is made for activations of width 192, but sae4j-demo has width 512 at mlp_hidden.1");
        Ran.sae4j("generate", "--prompt", "a", "--steer", sae + ":5=1", "--hook", "resid_post.4")
                .failed(2, "hook resid_post.4: sae4j-demo has layers 0 to 3");
    }

    private static void refused(String option, String value, String part) {
        Ran.sae4j("generate", "--prompt", "a", option, value).failed(2, part, "generate --help");
    }

    @Test
    void saysWhatIsWrongWithOtherOptions() {
        Ran.sae4j("generate").failed(2, "give either --prompt or --prompt-file");
        Ran.sae4j("generate", "--prompt", "a", "--top-p", 2).failed(2, "top-p is 2.0");
        Ran.sae4j("generate", "--prompt", "a", "--temperature", -1)
                .failed(2, "the temperature is -1.0");
        Ran.sae4j("generate", "--prompt", "a", "--max-tokens", 0).failed(2, "at least 1 token");
        Ran.sae4j("generate", "--prompt", "a", "--chat")
                .failed(1, "sae4j-demo has no chat template");
        Ran.sae4j("generate", "--prompt", "a ".repeat(500))
                .failed(2, "the prompt has ", "sae4j-demo takes at most 128: shorten it");
    }

    @Test
    void writesAMessageAsTheChatTemplateSays() throws IOException {
        Path model = TinyModel.copy(folder.resolve("chatty"));
        Files.writeString(
                model.resolve("chat_template.jinja"),
                "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant]");
        JsonNode json =
                Ran.sae4j(
                                "generate",
                                "--model",
                                model,
                                "--chat",
                                "--prompt",
                                "hello",
                                "--max-tokens",
                                3,
                                "--json")
                        .json();
        assertThat(json.at("/prompt").asString()).isEqualTo("[user] hello\n[assistant]");
    }

    @Test
    void columnsStandSideBySideOnAWideTerminalOnly() {
        var none = new Paint(false);
        String left = "one two three four five six seven eight nine ten";
        assertThat(new SideBySide(none, 80).of("as it is", left, "#5 +2.00", "x\ny"))
                .isEqualTo(
                        """
                          as it is                               #5 +2.00
                          one two three four five six seven      x
                          eight nine ten                         y
                        """);
        assertThat(new SideBySide(none, 30).of("as it is", left, "#5 +2.00", "x"))
                .isEqualTo(
                        """
                        as it is
                        one two three four five six
                        seven eight nine ten

                        #5 +2.00
                        x
                        """);
        assertThat(SideBySide.printable("a\u001b[31mb\tc\n")).isEqualTo("a[31mb    c\n");
    }

    @Test
    void nothingFromAModelMovesTheCursor() {
        var out = new ByteArrayOutputStream();
        var terminal = Terminal.of(out, out, "", Map.of());
        assertThat(
                        Main.run(
                                terminal,
                                Interruption.none(),
                                "generate",
                                "--prompt",
                                "a\u001b[2Jb",
                                "--max-tokens",
                                "1"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
    }
}
