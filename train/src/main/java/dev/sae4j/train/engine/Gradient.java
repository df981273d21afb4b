package dev.sae4j.train.engine;

import java.util.Arrays;

/// The gradients of one feature's rows, in the hands of one thread: in memory of its own, or where
/// all gradients are kept.
final class Gradient {
    private final Parameters.Shape shape;
    private final float[] ownEncoder; // [dIn]
    private final float[] ownDecoder; // [dOut]
    final FeatureEntries entries = new FeatureEntries();
    float[] encoder; // dIn floats from `encoderAt`
    float[] decoder; // dOut floats from `decoderAt`
    int encoderAt;
    int decoderAt;
    boolean zero; // true if no entry took part and nothing is to be added
    double along; // product of the decoder row and its gradient
    float[] scale = new float[0];
    int[] row = new int[0];

    Gradient(Parameters.Shape shape) {
        this.shape = shape;
        ownEncoder = new float[shape.dIn()];
        ownDecoder = new float[shape.dOut()];
        encoder = ownEncoder;
        decoder = ownDecoder;
    }

    /// Uses its own memory.
    void own() {
        encoder = ownEncoder;
        decoder = ownDecoder;
        encoderAt = 0;
        decoderAt = 0;
    }

    /// Uses the rows of feature `j` of two matrices.
    void use(float[] encoders, float[] decoders, int j) {
        encoder = encoders;
        decoder = decoders;
        encoderAt = j * shape.dIn();
        decoderAt = j * shape.dOut();
    }

    void clear() {
        Arrays.fill(encoder, encoderAt, encoderAt + shape.dIn(), 0f);
        Arrays.fill(decoder, decoderAt, decoderAt + shape.dOut(), 0f);
    }

    void reserve(int n) {
        if (scale.length < n) {
            scale = new float[n + n / 2];
            row = new int[n + n / 2];
        }
    }
}
