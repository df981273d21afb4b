package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The weights of an SAE in training, feature-major, in the units of the input as training sees it.
public final class Parameters {
    private final Shape shape;
    private final Parameter encoder;
    private final Parameter encoderBias;
    private final Parameter decoder;
    private final Parameter decoderBias;
    private final @Nullable Parameter preBias;
    private final @Nullable Parameter threshold;
    private final @Nullable Parameter gateBias;
    private final @Nullable Parameter magnitudeScale;
    private final @Nullable Parameter skip;

    /// Which tensors there are, and how large.
    ///
    /// @param dIn width of the input (D)
    /// @param dOut width of what is reconstructed
    /// @param dSae number of features (F)
    /// @param tied true if the decoder is the encoder, as in matching pursuit
    /// @param preBias true for a bias before the encoder that is not `b_dec`
    /// @param threshold true for one threshold per feature
    /// @param gated true for a gate and a magnitude
    /// @param skip true for a linear connection from input to output
    public record Shape(
            int dIn,
            int dOut,
            int dSae,
            boolean tied,
            boolean preBias,
            boolean threshold,
            boolean gated,
            boolean skip) {
        /// A plain autoencoder.
        public static Shape of(int dIn, int dSae) {
            return new Shape(dIn, dIn, dSae, false, false, false, false, false);
        }
    }

    private Parameters(Shape s) {
        shape = s;
        decoder = matrix("W_dec", s.dSae, s.dOut);
        encoder = s.tied ? decoder : matrix("W_enc", s.dSae, s.dIn);
        encoderBias = vector(s.gated ? "b_mag" : "b_enc", s.dSae);
        decoderBias = vector("b_dec", s.dOut);
        preBias = s.preBias ? vector("b_pre", s.dIn) : null;
        threshold = s.threshold ? vector("threshold", s.dSae) : null;
        gateBias = s.gated ? vector("b_gate", s.dSae) : null;
        magnitudeScale = s.gated ? vector("r_mag", s.dSae) : null;
        skip = s.skip ? matrix("W_skip", s.dOut, s.dIn) : null;
    }

    private static Parameter matrix(String name, int rows, int columns) {
        return new Parameter(name, new float[Math.multiplyExact(rows, columns)], columns);
    }

    private static Parameter vector(String name, int length) {
        return new Parameter(name, new float[length], length);
    }

    /// All zeros.
    public static Parameters zeros(Shape shape) {
        return new Parameters(shape);
    }

    public Shape shape() {
        return shape;
    }

    public int dIn() {
        return shape.dIn;
    }

    public int dOut() {
        return shape.dOut;
    }

    public int dSae() {
        return shape.dSae;
    }

    /// `W_enc: [F, dIn]`; the decoder itself if tied.
    public Parameter encoder() {
        return encoder;
    }

    /// `b_enc: [F]`, or `b_mag` of gated SAEs.
    public Parameter encoderBias() {
        return encoderBias;
    }

    /// `W_dec: [F, dOut]`.
    public Parameter decoder() {
        return decoder;
    }

    /// `b_dec: [dOut]`.
    public Parameter decoderBias() {
        return decoderBias;
    }

    /// `b_pre: [dIn]`, subtracted from the input and added to the output; null for none.
    public @Nullable Parameter preBias() {
        return preBias;
    }

    /// `threshold: [F]`; null for none.
    public @Nullable Parameter threshold() {
        return threshold;
    }

    /// `b_gate: [F]`; null for none.
    public @Nullable Parameter gateBias() {
        return gateBias;
    }

    /// `r_mag: [F]`; null for none.
    public @Nullable Parameter magnitudeScale() {
        return magnitudeScale;
    }

    /// `W_skip: [dOut, dIn]`; null for none.
    public @Nullable Parameter skip() {
        return skip;
    }

    /// All of them, in a fixed order. Tied weights come once, as decoder, and without encoder bias.
    public List<Parameter> all() {
        List<Parameter> all = new ArrayList<>();
        if (!shape.tied) {
            all.add(encoder);
            all.add(encoderBias);
        }
        all.add(decoder);
        all.add(decoderBias);
        for (Parameter p : Arrays.asList(preBias, threshold, gateBias, magnitudeScale, skip)) {
            if (p != null) {
                all.add(p);
            }
        }
        return all;
    }

    /// Copies all values of `other`, which has the same shape.
    public void copyFrom(Parameters other) {
        List<Parameter> mine = all();
        List<Parameter> theirs = other.all();
        for (int i = 0; i < mine.size(); i++) {
            float[] from = theirs.get(i).value();
            System.arraycopy(from, 0, mine.get(i).value(), 0, from.length);
        }
    }

    /// An independent copy.
    public Parameters copy() {
        Parameters copy = zeros(shape);
        copy.copyFrom(this);
        return copy;
    }

    /// True if every value is the same, bit for bit.
    public boolean sameBits(Parameters other) {
        List<Parameter> mine = all();
        List<Parameter> theirs = other.all();
        for (int i = 0; i < mine.size(); i++) {
            if (!Arrays.equals(mine.get(i).value(), theirs.get(i).value())) {
                return false;
            }
        }
        return shape.equals(other.shape);
    }

    /// True if no value is NaN or infinite.
    public boolean allFinite() {
        return all().stream().allMatch(p -> Vectors.allFinite(p.value(), 0, p.value().length));
    }

    /// Norms of the decoder rows, `[F]`.
    float[] decoderNorms(Workers workers, float[] out) {
        int d = shape.dOut;
        int block = 256;
        workers.forEach(
                Math.ceilDiv(shape.dSae, block),
                b -> {
                    for (int j = b * block; j < Math.min(shape.dSae, (b + 1) * block); j++) {
                        out[j] = (float) Math.sqrt(Vectors.squaredNorm(decoder.value(), j * d, d));
                    }
                });
        return out;
    }
}
