package dev.sae4j.lm.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.MlpActivation;
import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.LayerKind;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What configs as they are published mean, and which are refused. The recorded models check the
/// rest by their numbers.
class FamiliesTest {
    private static final String SIZES =
            "'vocab_size': 100, 'hidden_size': 48, 'num_hidden_layers': 4, 'num_attention_heads': 4, 'intermediate_size': 80, ";

    @TempDir Path folder;

    @Test
    void readsTheConfigOfGemma3Of27BillionWhichLeavesMostOut() {
        DecoderSpec spec =
                read(
                        """
                        {'model_type': 'gemma3', 'mm_tokens_per_image': 256, 'text_config': {
                         'head_dim': 128, 'hidden_size': 5376, 'intermediate_size': 21504,
                         'model_type': 'gemma3_text', 'num_attention_heads': 32, 'num_hidden_layers': 62,
                         'num_key_value_heads': 16, 'query_pre_attn_scalar': 168,
                         'rope_scaling': {'factor': 8.0, 'rope_type': 'linear'}, 'sliding_window': 1024}}
                        """);
        assertThat(spec.layers()).isEqualTo(62);
        assertThat(spec.vocabulary()).isEqualTo(262_208);
        assertThat(spec.context()).isEqualTo(131_072);
        assertThat(spec.attention().kvHeads()).isEqualTo(16);
        assertThat(spec.attention().scale()).isCloseTo(1 / Math.sqrt(168), within(1e-12));
        assertThat(spec.attention().softCap()).isZero();
        assertThat(spec.head()).isEqualTo(new DecoderSpec.Head(true, 0));
        Scaling none = new Scaling.None();
        assertThat(spec.kinds().get(4)).isEqualTo(new LayerKind(new Rope(128, 10_000, none), 1024));
        assertThat(spec.kinds().get(5))
                .isEqualTo(new LayerKind(new Rope(128, 1e6, new Scaling.Linear(8)), 0));
    }

    @Test
    void takesTheDefaultsOfEachFamily() {
        DecoderSpec gemma2 = read("{'model_type': 'gemma2', " + SIZES + "'head_dim': 16}");
        assertThat(gemma2.attention().softCap()).isEqualTo(50);
        assertThat(gemma2.attention().kvHeads()).isEqualTo(4);
        assertThat(gemma2.attention().scale()).isEqualTo(1.0 / 16);
        assertThat(gemma2.head()).isEqualTo(new DecoderSpec.Head(true, 30));
        assertThat(gemma2.kinds()).extracting(LayerKind::window).containsExactly(4096, 0, 4096, 0);
        DecoderSpec uncapped =
                read("{'model_type': 'gemma2', " + SIZES + "'attn_logit_softcapping': null}");
        assertThat(uncapped.attention().softCap()).isZero();
        DecoderSpec neox = read("{'model_type': 'gpt_neox', " + SIZES + "'rotary_pct': 0.5}");
        assertThat(neox.block().parallel()).isTrue();
        assertThat(neox.attention().bias()).isEqualTo(AttentionBias.ALL);
        assertThat(neox.mlp().activation()).isEqualTo(MlpActivation.GELU);
        assertThat(neox.kinds().getFirst().rope().size()).isEqualTo(6);
        DecoderSpec gpt2 =
                read(
                        "{'model_type': 'gpt2', 'vocab_size': 9, 'n_embd': 8, 'n_head': 2, 'n_layer': 1}");
        assertThat(gpt2.mlp().size()).isEqualTo(32);
        assertThat(gpt2.mlp().activation()).isEqualTo(MlpActivation.GELU_TANH);
        assertThat(gpt2.head().tied()).isTrue();
        assertThat(gpt2.context()).isEqualTo(1024);
        assertThat(read("{'model_type': 'phi3', " + SIZES + "'x': 0}").norm().epsilon())
                .isEqualTo(1e-5);
    }

    @Test
    void aWindowCountsWhereTheFamilySaysSo() {
        String sizes = SIZES + "'num_key_value_heads': 4, 'sliding_window': 9, ";
        assertThat(windows("{'model_type': 'mistral', " + sizes + "'x': 0}"))
                .containsExactly(9, 9, 9, 9);
        assertThat(
                        windows(
                                "{'model_type': 'mistral', "
                                        + SIZES
                                        + "'num_key_value_heads': 4, 'sliding_window': null}"))
                .containsOnly(0);
        assertThat(windows("{'model_type': 'qwen2', " + sizes + "'max_window_layers': 1}"))
                .containsOnly(0);
        assertThat(
                        windows(
                                "{'model_type': 'qwen2', "
                                        + sizes
                                        + "'max_window_layers': 1, 'use_sliding_window': true}"))
                .containsExactly(0, 9, 9, 9);
        assertThat(
                        windows(
                                "{'model_type': 'gemma3_text', "
                                        + sizes
                                        + "'sliding_window_pattern': 2, '_sliding_window_pattern': 3}"))
                .containsExactly(9, 0, 9, 0);
        assertThat(
                        windows(
                                "{'model_type': 'gemma3_text', "
                                        + sizes
                                        + "'_sliding_window_pattern': 2, 'layer_types': ['full_attention', 'sliding_attention', 'sliding_attention', 'full_attention']}"))
                .containsExactly(0, 9, 9, 0);
    }

    @Test
    void runsLongRopeWithinTheContextBeforeItWasExtended() {
        DecoderSpec spec =
                read(
                        "{'model_type': 'phi3', "
                                + SIZES
                                + """
                                'max_position_embeddings': 131072, 'original_max_position_embeddings': 4096,
                                'rope_scaling': {'type': 'longrope', 'long_factor': [9, 9, 9, 9, 9, 9],
                                                 'short_factor': [1, 1.5, 1, 2, 1, 1]}}
                                """);
        assertThat(spec.context()).isEqualTo(4096);
        assertThat(spec.kinds().getFirst().rope().scaling())
                .isInstanceOfSatisfying(
                        Scaling.PerFrequency.class,
                        s -> {
                            assertThat(s.divisors()).containsExactly(1.0, 1.5, 1.0, 2.0, 1.0, 1.0);
                            // sqrt(1 + log(32) / log(4096))
                            assertThat(s.amplitude()).isCloseTo(1.1902380714238083, within(1e-12));
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gpt_neox | 'rotary_pct': 0.6 | head_dim is 12, of which rotary embedding turns 0.6, 7 floats: expected an even number",
                "gpt_neox | 'rotary_pct': 1.5 | head_dim is 12, of which rotary embedding turns 1.5",
                "gpt_neox | 'hidden_act': 'relu' | hidden_act is 'relu'; supported are: silu, gelu",
                "llama | 'rope_scaling': {'rope_type': 'yarn', 'factor': 2} | rope_scaling.rope_type is 'yarn'; supported are: default, linear, llama3, longrope",
                "llama | 'rope_scaling': {'type': 'linear'} | rope_scaling.factor is missing",
                "llama | 'num_key_value_heads': 3 | num_attention_heads is 4, not a multiple of num_key_value_heads 3",
                "llama | 'hidden_size': 47 | hidden_size is 47, not a multiple of num_attention_heads 4",
                "phi3 | 'original_max_position_embeddings': 8, 'max_position_embeddings': 9, 'rope_scaling': {'type': 'su', 'short_factor': [1, 2]} | rope_scaling.short_factor has 2 numbers: rotary embedding of 12 floats needs 6",
                "phi3 | 'rope_scaling': {'type': 'su', 'short_factor': [1, -2]} | short_factor holds -2: expected positive numbers",
                "gemma3_text | 'layer_types': ['full_attention'] | layer_types has 1 entries for 4 layers",
                "gemma3_text | 'layer_types': ['full_attention', 'chunked_attention', 'x', 'y'] | layer_types names 'chunked_attention'; supported are: full_attention, sliding_attention",
                "gemma3_text | 'layer_types': 'all' | layer_types is \"all\": expected a list of words",
                "gemma3_text | 'use_bidirectional_attention': true | use_bidirectional_attention is true: only false is supported",
                "gemma3_text | 'sliding_window': 0 | sliding_window is 0: expected a whole number from 1",
                "gemma3 | 'x': 0 | text_config is missing",
                "gemma3 | 'text_config': 3 | text_config is 3: expected an object",
                "gpt2 | 'n_embd': 50, 'n_head': 4 | n_embd is 50, not a multiple of n_head 4",
                "gpt2 | 'n_embd': 48, 'n_head': 4, 'scale_attn_by_inverse_layer_idx': true | scale_attn_by_inverse_layer_idx is true: only false is supported"
            })
    void refusesWhatItCannotRunNamingIt(String type, String field, String message) {
        assertThatThrownBy(() -> read("{'model_type': '" + type + "', " + SIZES + field + "}"))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("config.json] ")
                .hasMessageContaining(message);
    }

    @Test
    void saysThatAVisionPartIsLeftOut() {
        assertThat(new Gemma3WrapperFamily().notes()).hasSize(1);
        assertThat(new Gemma3Family().notes()).isEmpty();
    }

    private List<Integer> windows(String config) {
        return read(config).kinds().stream().map(LayerKind::window).toList();
    }

    /// A later field of the same name counts.
    private DecoderSpec read(String config) {
        try {
            Path file = folder.resolve("config.json");
            Files.writeString(file, withoutDoubles(config.replace('\'', '"')));
            return Families.read(file).spec();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String withoutDoubles(String config) {
        String text = config;
        for (String key : List.of("hidden_size", "sliding_window")) {
            String field = "\"" + key + "\": ";
            if (text.indexOf(field) != text.lastIndexOf(field) && !text.contains("text_config")) {
                text = text.replaceFirst(field + "\\d+, ", "");
            }
        }
        return text;
    }
}
