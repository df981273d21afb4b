package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asserts that two SAEs are the same to the bit.
final class SameSae {
    private SameSae() {}

    /// All readings: what they are called, what they are and their weights.
    static void assertSame(Sae read, Sae expected) {
        assertThat(read.readings()).hasSameSizeAs(expected.readings());
        for (int i = 0; i < read.readings().size(); i++) {
            assertThat(read.readings().get(i).name()).isEqualTo(expected.readings().get(i).name());
            assertThat(bare(read.readings().get(i).config()))
                    .usingRecursiveComparison()
                    .isEqualTo(bare(expected.readings().get(i).config()));
            assertSameWeights(
                    read.as(read.readings().get(i).name()),
                    expected.as(expected.readings().get(i).name()));
        }
    }

    /// Only the weights in use.
    static void assertSameWeights(Sae read, Sae expected) {
        SaeWeights a = read.weights();
        SaeWeights b = expected.weights();
        assertThat(all(a.encoder())).as("encoder").isEqualTo(all(b.encoder()));
        assertThat(a.encoderBias()).as("encoder bias").isEqualTo(b.encoderBias());
        assertThat(all(a.decoder())).as("decoder").isEqualTo(all(b.decoder()));
        assertThat(a.decoderBias()).as("decoder bias").isEqualTo(b.decoderBias());
        assertThat(a.preBias()).as("b_pre").isEqualTo(b.preBias());
        assertThat(all(a.skip())).as("skip").isEqualTo(all(b.skip()));
        assertThat(a.encoder().dtype()).as("encoder dtype").isEqualTo(b.encoder().dtype());
        assertThat(a.decoder().dtype()).as("decoder dtype").isEqualTo(b.decoder().dtype());
    }

    private static SaeConfig bare(SaeConfig config) {
        return new SaeConfig(
                config.dIn(),
                config.dOut(),
                config.dSae(),
                config.activation(),
                config.input(),
                config.centred(),
                config.transcoder(),
                config.prefixes(),
                Map.of());
    }

    static float[] all(@Nullable Matrix matrix) {
        if (matrix == null) {
            return new float[0];
        }
        float[] all = new float[matrix.rows() * matrix.columns()];
        matrix.read(0, matrix.rows(), all);
        return all;
    }
}
