package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.LayerKind;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import dev.sae4j.lm.family.DecoderSpec.Rope;
import dev.sae4j.lm.family.DecoderSpec.Scaling;
import dev.sae4j.lm.family.Families;
import dev.sae4j.lm.gguf.GgufModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the metadata of GGUF files means; [GgufRoundTripTest] checks the rest by its numbers.
class GgufMetadataTest {
    private static final Scaling NONE = new Scaling.None();

    @TempDir Path folder;

    private DecoderSpec read(GgufFile file) {
        try (GgufModel model = GgufModel.open(file.write(folder.resolve("m.gguf")))) {
            return Families.read(model).spec();
        }
    }

    private static Rope rope(DecoderSpec spec, int layer) {
        return spec.kinds().get(layer).rope();
    }

    @Test
    void takesAFloatForTheDecimalThatWasMeant() {
        DecoderSpec spec = read(TinyGguf.llama().put("llama.rope.freq_base", 0.1));
        assertThat(spec.norm().epsilon()).isEqualTo(1e-5);
        assertThat(rope(spec, 0).theta()).isEqualTo(0.1);
    }

    @Test
    void leavesTheHeadUntiedIfItHasAMatrixOfItsOwn() {
        GgufFile file = TinyGguf.llama();
        assertThat(read(file).head().tied()).isFalse();
        file.tensors.remove("output.weight");
        assertThat(read(file).head().tied()).isTrue();
    }

    @Test
    void readsAMistralByItsWindow() {
        GgufFile file = TinyGguf.llama().put("llama.attention.sliding_window", 0);
        assertThat(read(file).modelType()).isEqualTo("llama");
        DecoderSpec mistral = read(file.put("llama.attention.sliding_window", 9));
        assertThat(mistral.modelType()).isEqualTo("mistral");
        assertThat(mistral.kinds()).extracting(LayerKind::window).containsExactly(9, 9);
        assertThat(mistral.attention().kvHeads()).isEqualTo(1);
    }

    @Test
    void readsScalingByAFactorOldAndNew() {
        GgufFile file = TinyGguf.llama().put("llama.rope.scale_linear", 2.0);
        assertThat(rope(read(file), 0).scaling()).isEqualTo(new Scaling.Linear(2));
        file.put("llama.rope.scaling.factor", 4.0);
        assertThat(rope(read(file), 0).scaling()).isEqualTo(new Scaling.Linear(4));
        file.put("llama.rope.scaling.type", "none");
        assertThat(rope(read(file), 0).scaling()).isEqualTo(NONE);
    }

    @Test
    void readsDivisorsOfFrequenciesForAnyLength() {
        GgufFile file = TinyGguf.llama().put("rope_freqs.weight", new float[] {1, 8}, 2);
        DecoderSpec spec = read(file);
        assertThat(rope(spec, 0).scaling())
                .isEqualTo(new Scaling.PerFrequency(List.of(1.0, 8.0), 1));
        assertThat(spec.context()).isEqualTo(32);
    }

    @Test
    void runsLongRopeWithinTheContextBeforeItWasExtended() {
        GgufFile file =
                TinyGguf.of("phi3")
                        .put("phi3.rope.scaling.original_context_length", 16)
                        .put("phi3.rope.scaling.attn_factor", 1.25)
                        .put("phi3.attention.sliding_window", 0)
                        .put("rope_factors_short.weight", new float[] {1, 1.5f}, 2)
                        .put("rope_factors_long.weight", new float[] {9, 9}, 2);
        DecoderSpec spec = read(file);
        assertThat(spec.context()).isEqualTo(16);
        assertThat(rope(spec, 0).scaling())
                .isEqualTo(new Scaling.PerFrequency(List.of(1.0, 1.5), 1.25));
        assertThat(spec.kinds()).extracting(LayerKind::window).containsOnly(0);
        file.values.remove("phi3.rope.scaling.attn_factor");
        // sqrt(1 + log(2) / log(16))
        assertThat(((Scaling.PerFrequency) rope(read(file), 0).scaling()).amplitude())
                .isCloseTo(Math.sqrt(1.25), within(1e-12));
    }

    @Test
    void turnsPartOfAHeadToTheFloat() {
        // 98 * (2 / 98.0) is below 2
        GgufFile file = TinyGguf.of("phi3").put("phi3.attention.key_length", 98);
        assertThat(rope(read(file.put("phi3.rope.dimension_count", 2)), 0).size()).isEqualTo(2);
        assertThat(rope(read(file.put("phi3.rope.dimension_count", 98)), 0).size()).isEqualTo(98);
        file.values.remove("phi3.rope.dimension_count");
        assertThat(rope(read(file), 0).size()).isEqualTo(98);
    }

    @Test
    void addsNothingToGemmasNorms() {
        DecoderSpec spec =
                read(
                        TinyGguf.of("gemma2")
                                .put("gemma2.attention.sliding_window", 3)
                                .put("gemma2.attn_logit_softcapping", 40.0));
        assertThat(spec.norm().kind()).isEqualTo(NormKind.RMS);
        assertThat(spec.embedding().scale()).isEqualTo((float) Math.sqrt(8));
        assertThat(spec.attention().softCap()).isEqualTo(40);
        assertThat(spec.head()).isEqualTo(new DecoderSpec.Head(true, 30));
        assertThat(spec.kinds()).extracting(LayerKind::window).containsExactly(3, 0);
        assertThat(spec.attention().scale()).isEqualTo(0.5);
    }

    @Test
    void knowsHowGemma3TurnsLayersThatSlide() {
        GgufFile file =
                TinyGguf.of("gemma3")
                        .put("gemma3.block_count", 7)
                        .put("gemma3.attention.sliding_window", 3)
                        .put("gemma3.rope.freq_base", 1e6)
                        .put("gemma3.rope.scaling.type", "linear")
                        .put("gemma3.rope.scaling.factor", 8.0);
        DecoderSpec spec = read(file);
        var sliding = new LayerKind(new Rope(4, 10_000, NONE), 3);
        var full = new LayerKind(new Rope(4, 1e6, new Scaling.Linear(8)), 0);
        assertThat(spec.modelType()).isEqualTo("gemma3_text");
        assertThat(spec.kinds())
                .containsExactly(sliding, sliding, sliding, sliding, sliding, full, sliding);
        file.put("gemma3.attention.sliding_window_pattern", 2).put("gemma3.block_count", 2);
        assertThat(read(file).kinds()).containsExactly(sliding, full);
        boolean[] flags = {false, true};
        file.put("gemma3.attention.sliding_window_pattern", flags);
        file.put("gemma3.rope.freq_base_swa", 500.0);
        assertThat(read(file).kinds())
                .containsExactly(full, new LayerKind(new Rope(4, 500, NONE), 3));
    }

    @Test
    void dividesScoresInTheLargestGemmasByAPartOfTheWidth() {
        GgufFile small = TinyGguf.of("gemma3").put("gemma3.attention.key_length", 6);
        assertThat(read(small).attention().scale()).isEqualTo(1 / Math.sqrt(6));
        small.put("gemma3.block_count", 62);
        assertThat(read(small).attention().scale()).isEqualTo(0.5);
        small.put("gemma3.attention.scale", 0.25);
        assertThat(read(small).attention().scale()).isEqualTo(0.25);
        GgufFile second = TinyGguf.of("gemma2").put("gemma2.attention.key_length", 6);
        assertThat(read(second.put("gemma2.block_count", 46)).attention().scale()).isEqualTo(0.5);
    }

    @Test
    void takesOneValueForAllLayersIfAllAreTheSame() {
        GgufFile file = TinyGguf.llama().put("llama.attention.head_count_kv", new int[] {1, 1});
        assertThat(read(file).attention().kvHeads()).isEqualTo(1);
        file.put("llama.attention.head_count_kv", new int[] {1, 2});
        assertThatThrownBy(() -> read(file))
                .hasMessageContaining(
                        "llama.attention.head_count_kv is [1,2]: expected a whole number");
    }
}
