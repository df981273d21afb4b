package dev.sae4j.train.engine;

/// The gradients of one feature's rows, in the hands of one thread.
final class Gradient {
    final FeatureEntries entries = new FeatureEntries();
    final float[] encoder; // [dIn]
    final float[] decoder; // [dOut]
    boolean zero; // true if no entry took part and nothing is to be added
    double along; // product of the decoder row and its gradient
    float[] scale = new float[0];
    int[] row = new int[0];

    Gradient(Parameters.Shape shape) {
        encoder = new float[shape.dIn()];
        decoder = new float[shape.dOut()];
    }

    void clear() {
        java.util.Arrays.fill(encoder, 0f);
        java.util.Arrays.fill(decoder, 0f);
    }

    void reserve(int n) {
        if (scale.length < n) {
            scale = new float[n + n / 2];
            row = new int[n + n / 2];
        }
    }
}
