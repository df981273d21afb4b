package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeFilesTest {
    private static final String SMALL =
            """
            activation: {type: topk, k: 4}
            learning_rate: {peak: 1e-3}
            """;

    @TempDir Path folder;

    private Recipe read(String yaml) throws IOException {
        return RecipeFiles.read(Files.writeString(folder.resolve("mine.yaml"), yaml));
    }

    @Test
    void multiTopKGoesWithTopKOnly() {
        Recipe batchTopK = RecipeFiles.preset("saelens-batchtopk");
        assertThatThrownBy(() -> RecipeFiles.with(batchTopK, List.of("loss.multi_top_k=true")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("loss.multi_top_k")
                .hasMessageContaining("'batchtopk'")
                .hasMessageContaining("'topk' only");
    }

    @Test
    void whatAFileLeavesOutIsPlain() throws IOException {
        assertThat(read(SMALL))
                .isEqualTo(
                        new Recipe(
                                "mine",
                                "",
                                null,
                                16,
                                new Architecture.TopK(4, null, null, false),
                                Recipe.InputBias.DECODER,
                                false,
                                false,
                                new Start(
                                        Start.Rows.GAUSSIAN,
                                        1.0,
                                        Start.Rows.COPY,
                                        Start.EncoderBias.ZERO,
                                        Start.DecoderBias.ZERO,
                                        null),
                                InputScale.NONE,
                                new Loss(
                                        Loss.ErrorSum.SUM, null, null, 0, null, false, false, null),
                                new Dead(
                                        Span.ofTokens(10_000_000),
                                        Dead.When.BEFORE_STEP,
                                        Dead.Fired.ACTIVE),
                                Optimizer.Adam.DEFAULT,
                                null,
                                DecoderNorm.FREE,
                                LearningRate.constant(1e-3),
                                null,
                                null,
                                4096,
                                1,
                                1,
                                false,
                                false,
                                List.of(),
                                42));
    }

    @Test
    void readsSizesAndSpans() throws IOException {
        Recipe recipe =
                read(
                        """
                        activation: {type: batchtopk, k: 2.5, threshold: {after: 1M tokens}}
                        learning_rate: {peak: 5e-5, warmup: 10% at most 100, decay: 20%}
                        tokens: 773M
                        batch: 8k
                        """);
        assertThat(recipe.tokens()).isEqualTo(773_000_000);
        assertThat(recipe.batch()).isEqualTo(8000);
        assertThat(recipe.learningRate().warmup())
                .isEqualTo(new Span(10, Span.Unit.PER_CENT, Span.ofSteps(100)));
        assertThat(((Architecture.BatchTopK) recipe.activation()).threshold())
                .isEqualTo(
                        new Architecture.ThresholdEma(
                                0.999,
                                Span.ofTokens(1_000_000),
                                Architecture.ThresholdEma.First.VALUE));
    }

    @Test
    void aFileLikeAPresetSaysOnlyWhatDiffers() throws IOException {
        Recipe recipe = read("{like: saelens-topk, activation: {k: 8}, features: 512, seed: 1}");
        Recipe preset = RecipeFiles.preset("saelens-topk");
        assertThat(RecipeFiles.differences(recipe, preset))
                .containsExactly(
                        "name: mine, not saelens-topk",
                        "features: 512, not null",
                        "expansion: null, not 16",
                        "activation.k: 8, not 100",
                        "seed: 1, not 42");
    }

    @Test
    void settingsReplaceSingleValues() {
        Recipe recipe =
                RecipeFiles.with(
                        RecipeFiles.preset("grid-search"),
                        List.of(
                                "activation.k=64",
                                "features=1024",
                                "tokens=2M",
                                "learning_rate.peak=5e-5",
                                "clip=1",
                                "start.decoder_norm=null"));
        assertThat(recipe.features()).isEqualTo(1024);
        assertThat(recipe.expansion()).isNull();
        assertThat(recipe.tokens()).isEqualTo(2_000_000);
        assertThat(recipe.epochs()).isNull();
        assertThat(recipe.clip()).isEqualTo(1);
        assertThat(recipe.start().decoderNorm()).isNull();
        assertThat(((Architecture.BatchTopK) recipe.activation()).k()).isEqualTo(64);
    }

    @Test
    void aTermIsAddedAndRemoved() {
        Recipe relu = RecipeFiles.preset("saelens-standard");
        assertThat(RecipeFiles.with(relu, List.of("loss.sparsity=null")).loss().sparsity())
                .isNull();
        AuxK aux = RecipeFiles.with(relu, List.of("loss.aux={}")).loss().aux();
        assertThat(Objects.requireNonNull(aux).coefficient()).isEqualTo(1 / 32.0);
        assertThat(
                        Objects.requireNonNull(
                                        RecipeFiles.with(relu, List.of("loss.aux.k=3"))
                                                .loss()
                                                .aux())
                                .k())
                .isEqualTo(3);
    }

    @Test
    void anotherTypeKeepsWhatBothHave() {
        Recipe topK = RecipeFiles.preset("dictionary-learning-topk");
        Recipe changed =
                RecipeFiles.with(
                        topK,
                        List.of("activation.type=batchtopk", "optimizer=signum", "clip=null"));
        var activation = (Architecture.BatchTopK) changed.activation();
        assertThat(activation.k()).isEqualTo(80);
        assertThat(activation.threshold())
                .isEqualTo(((Architecture.TopK) topK.activation()).threshold());
        assertThat(changed.optimizer()).isEqualTo(new Optimizer.Signum(0.95));
        var jump = RecipeFiles.with(topK, List.of("activation.type=jumprelu")).activation();
        assertThat(((Architecture.JumpRelu) jump).threshold()).isEqualTo(0.001);
    }

    @Test
    void settingsMayComeFromJava() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("loss.levels.widths", List.of(2, 4));
        settings.put("loss.aux", null);
        Recipe recipe = RecipeFiles.with(RecipeFiles.preset("saelens-matryoshka"), settings);
        assertThat(Objects.requireNonNull(recipe.loss().levels()).widths()).containsExactly(2, 4);
        assertThat(recipe.loss().aux()).isNull();
    }

    @Test
    void opensNamesAndFiles() throws IOException {
        Path file = Files.writeString(folder.resolve("my-run.yaml"), SMALL);
        assertThat(RecipeFiles.open("topk").name()).isEqualTo("topk");
        assertThat(RecipeFiles.open(file.toString()).name()).isEqualTo("my-run");
        assertThatThrownBy(() -> RecipeFiles.open("saelens-topkk"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "recipe 'saelens-topkk' is not known (did you mean 'saelens-topk'?): there are topk,")
                .hasMessageEndingWith("gemma-3-27b; a file's name ends in .yaml");
        assertThatThrownBy(() -> RecipeFiles.open("absent.yaml"))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("absent.yaml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "batchs: 3 | 'batchs' is not known (did you mean 'batch'?): a recipe has the keys name, about,",
                "loss: {auxx: {}} | 'loss.auxx' is not known (did you mean 'aux'?): 'loss' has the keys error, levels, sparsity,",
                "activation: {type: topk, kk: 3} | 'activation.kk' is not known: 'activation' has the keys k, decay, threshold, zeros_train and 'type'",
                "activation: {type: relu, k: 3} | 'activation.k' is not known: 'activation' has only 'type'",
                "activation: {type: topkk, k: 3} | 'activation.type' is 'topkk' (did you mean 'topk'?): expected one of relu, gated, topk,",
                "activation: {k: 3} | 'activation' has no 'type': one of relu, gated,",
                "activation: 7 | 'activation' is 7: expected a mapping with type",
                "activation: {type: topk} | 'activation.k' is missing: expected a whole number",
                "activation: {type: topk, k: many} | 'activation.k' is 'many': expected a whole number",
                "activation: {type: topk, k: 2.5} | 'activation.k' is 2.5: expected a whole number",
                "activation: {type: topk, k: null} | 'activation.k' is null: expected a whole number",
                "activation: {type: topk, k: 9999999999} | 'activation.k' is 9999999999: expected a whole number",
                "activation: {type: topk, k: 0} | 'activation': k is 0: expected at least 1",
                "learning_rate: {} | 'learning_rate.peak' is missing: expected a number",
                "learning_rate: 3e-4 | 'learning_rate' is 3.0E-4: expected a mapping with peak, scaled_by_width,",
                "learning_rate: {peak: .nan} | 'learning_rate.peak' is NaN: expected a number",
                "learning_rate: {peak: 1, warmup: soon} | 'learning_rate.warmup': 'soon' is no span of a run: expected steps (1000), tokens (10M tokens)",
                "learning_rate: {peak: 1, warmup: -3} | 'learning_rate.warmup': '-3' is no span",
                "learning_rate: {peak: 1, warmup: [1]} | 'learning_rate.warmup' is [1]: expected steps (1000)",
                "decoder_norm: unitt | 'decoder_norm' is 'unitt' (did you mean 'unit'?): expected one of free, unit,",
                "skip: 1 | 'skip' is 1: expected true or false",
                "tokens: 10 M | 'tokens' is '10 M': expected a whole number, such as 500 or 10M",
                "loss: {levels: {widths: 3}} | 'loss.levels.widths' is 3: expected a list of numbers, such as [128, 512]",
                "loss: {levels: {widths: [3, x]}} | 'loss.levels.widths[1]' is 'x': expected a whole number",
                "loss: {levels: {widths: [4, 3]}} | 'loss.levels': level widths [4, 3] do not ascend",
                "features: 3; expansion: 4 | a recipe needs either 'features' or 'expansion'",
                "batch: 10; split: 3 | split is 3: expected 1, or a divisor of the batch, 10",
                "like: tokp | 'like' is 'tokp' (did you mean 'topk'?): expected one of topk,",
                "like: {a: 1} | 'like' is '': expected one of topk,",
            })
    void saysWhatIsWrongAndWhere(String yaml, String message) {
        StringBuilder file = new StringBuilder(yaml.replace("; ", "\n"));
        if (!yaml.startsWith("activation")) {
            file.append("\nactivation: relu");
        }
        if (!yaml.startsWith("learning_rate") && !yaml.startsWith("like")) {
            file.append("\nlearning_rate: {peak: 1e-3}");
        }
        assertThatThrownBy(() -> read(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("[mine.yaml] " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "activation.k | [--set activation.k] expected key=value, such as learning_rate.peak=1e-4",
                "=3 | [--set =3] expected key=value",
                "activation.kk=3 | [--set] 'activation.kk' is not known",
                "activation.k=[3 | [--set activation.k=[3] is not YAML",
                "activation.k=!!int 3 | [--set activation.k=??int 3] has the tag",
                "activation..k=3 | [--set] 'activation.' is not known",
                "seed.x=3 | [--set] 'seed' is {\"x\":3}: expected a whole number",
            })
    void refusesSettings(String setting, String message) {
        Recipe recipe = RecipeFiles.preset("topk");
        assertThatThrownBy(() -> RecipeFiles.with(recipe, List.of(setting)))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1\nseed: 3", "{a: 1}\nb: 2"})
    void aSettingIsOneValue(String value) {
        Recipe recipe = RecipeFiles.preset("topk");
        assertThatThrownBy(() -> RecipeFiles.with(recipe, List.of("seed=" + value)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("expected one value");
    }

    @Test
    void refusesTreesThatAreNoRecipe() {
        var text = dev.sae4j.io.Json.STRICT.readTree("[1]");
        assertThatThrownBy(() -> RecipeFiles.of("state.json", text))
                .isInstanceOf(UsageException.class)
                .hasMessage("[state.json] is no recipe: expected a mapping");
    }

    @Test
    void printsOneLineForShortParts() throws IOException {
        assertThat(RecipeFiles.toYaml(read("about: 'yes: no'\n" + SMALL)))
                .isEqualTo(
                        """
                        name: mine
                        about: "yes: no"
                        expansion: 16
                        activation: {type: topk, k: 4, zeros_train: false}
                        input_bias: decoder
                        rank_by_decoder_norm: false
                        skip: false
                        start: {decoder: gaussian, decoder_norm: 1, encoder: copy, encoder_bias: zero, decoder_bias: zero}
                        input: {type: none, consumed: false}
                        loss: {error: sum, pre_act_coefficient: 0, multi_top_k: false, ghost_grads: false}
                        dead: {after: 10M tokens, when: before_step, fired: active}
                        optimizer: {type: adam, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
                        decoder_norm: free
                        learning_rate:
                          peak: 0.001
                          scaled_by_width: false
                          warmup: 0
                          warmup_from: zero
                          shape: constant
                          end: 0
                          cycles: 1
                          decay: 0
                        batch: 4096
                        accumulate: 1
                        split: 1
                        keep_last_batch: false
                        best_on_validation: false
                        snapshots: []
                        seed: 42
                        """);
    }
}
