package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import java.util.Arrays;

/// The gradients of all encoder and decoder rows, kept from the pass that measures them to the one
/// that uses them. Rows without any gradient are only marked.
final class KeptGradients {
    private static final int BLOCK = 16; // features, as in FeatureGradients

    private final Parameters.Shape shape;
    private final float[] encoder; // [F, dIn]
    private final float[] decoder; // [F, dOut]
    private final boolean[] zero; // [F]
    private final ThreadLocal<Gradient> scratch;

    KeptGradients(Parameters.Shape shape) {
        this.shape = shape;
        encoder = new float[Math.multiplyExact(shape.dSae(), shape.dIn())];
        decoder = new float[Math.multiplyExact(shape.dSae(), shape.dOut())];
        zero = new boolean[shape.dSae()];
        scratch = ThreadLocal.withInitial(() -> new Gradient(shape));
    }

    /// True if the heap has room for them, with a quarter to spare.
    static boolean fit(Parameters.Shape shape) {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        long needed = 4L * shape.dSae() * ((long) shape.dIn() + shape.dOut());
        return needed * 5 / 4 < free;
    }

    /// Lets one feature's gradients be summed up where they are kept.
    void aim(int j, Gradient g) {
        g.use(encoder, decoder, j);
    }

    /// Keeps one feature's, which were summed up here.
    void keep(int j, Gradient g) {
        zero[j] = g.zero;
    }

    /// Hands each feature's gradients on, to be changed at will.
    void forEach(Workers workers, FeatureGradients.Sink sink) {
        int f = shape.dSae();
        workers.forEach(
                Math.ceilDiv(f, BLOCK),
                b -> {
                    Gradient g = scratch.get();
                    for (int j = b * BLOCK; j < Math.min(f, (b + 1) * BLOCK); j++) {
                        g.zero = zero[j];
                        if (zero[j]) {
                            g.own();
                            g.clear();
                        } else {
                            g.use(encoder, decoder, j);
                        }
                        sink.accept(j, g);
                    }
                });
    }

    /// `[F, dIn]`, with zeros where there is no gradient.
    float[] encoder() {
        clear(encoder, shape.dIn());
        return encoder;
    }

    /// `[F, dOut]`, with zeros where there is no gradient.
    float[] decoder() {
        clear(decoder, shape.dOut());
        return decoder;
    }

    private void clear(float[] rows, int width) {
        for (int j = 0; j < zero.length; j++) {
            if (zero[j]) {
                Arrays.fill(rows, j * width, (j + 1) * width, 0f);
            }
        }
    }
}
