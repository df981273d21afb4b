package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.util.Map;

/// Compares SAEs bit by bit.
final class SameBits {
    private SameBits() {}

    /// Config without metadata, and all weights.
    static void assertSame(Sae found, Sae expected) {
        assertThat(bare(found.config()))
                .usingRecursiveComparison()
                .isEqualTo(bare(expected.config()));
        var a = found.weights();
        var b = expected.weights();
        assertThat(values(a.encoder())).as("encoder").isEqualTo(values(b.encoder()));
        assertThat(a.encoderBias()).as("encoder bias").isEqualTo(b.encoderBias());
        assertThat(values(a.decoder())).as("decoder").isEqualTo(values(b.decoder()));
        assertThat(a.decoderBias()).as("decoder bias").isEqualTo(b.decoderBias());
        assertThat(a.preBias()).as("b_pre").isEqualTo(b.preBias());
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

    static float[] values(Matrix matrix) {
        float[] all = new float[matrix.rows() * matrix.columns()];
        matrix.read(0, matrix.rows(), all);
        return all;
    }
}
