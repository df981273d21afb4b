package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The feature-wise half of a step: sums the gradients of each feature's rows and hands them on
/// while they are in cache. With the gradients `g` by pre-activations,
///
///     dL/dW_enc[j] = sum over rows of g · x      (x less its centre)
///     dL/dW_dec[j] = sum over rows of value · e
final class FeatureGradients {
    private static final int BLOCK = 16; // features that one piece of work owns

    private final Parameters weights;
    private final Head head;
    private final boolean secondTrainsDecoder;
    private final boolean centres;
    private final Vector encoderBias;
    private final Vector threshold;
    private final Vector gateBias;
    private final Vector magnitudeScale;
    private final float[] centring; // [blocks, dIn], sums of dL/db · W_enc[j]
    private final ThreadLocal<Gradient> scratch;

    /// Gradients of one number per feature.
    record Vector(@Nullable Parameter parameter, float[] gradient) {
        static Vector of(@Nullable Parameter p) {
            return new Vector(p, new float[p == null ? 0 : p.value().length]);
        }
    }

    /// Takes the gradients of one feature.
    interface Sink {
        /// Says where the gradients of a feature are to be summed up, unless in memory of their own.
        ///
        /// @return true if a gradient of zero need only be marked, not written down
        default boolean aim(int feature, Gradient g) {
            g.own();
            return false;
        }

        /// @param g may be changed
        void accept(int feature, Gradient g);
    }

    /// @param attachedSecond true if a second reconstruction is to train the decoder
    /// @param centres true if a bias that is trained is subtracted from the input
    FeatureGradients(Parameters weights, Head head, boolean attachedSecond, boolean centres) {
        this.weights = weights;
        this.head = head;
        this.secondTrainsDecoder = head.hasSecond() && attachedSecond;
        this.centres = centres;
        encoderBias = Vector.of(weights.encoderBias());
        threshold = Vector.of(weights.threshold());
        gateBias = Vector.of(weights.gateBias());
        magnitudeScale = Vector.of(weights.magnitudeScale());
        centring = new float[Math.ceilDiv(weights.dSae(), BLOCK) * weights.dIn()];
        scratch = ThreadLocal.withInitial(() -> new Gradient(weights.shape()));
    }

    /// Gradients of numbers that each feature has one of, after [#run].
    List<Vector> vectors() {
        return List.of(encoderBias, threshold, gateBias, magnitudeScale);
    }

    /// What the centring of the input takes back from the gradient of its bias: the sum over features
    /// of `dL/db[j]·W_enc[j]`, negated.
    double[] centring() {
        double[] sum = new double[weights.dIn()];
        for (int at = 0; at < centring.length; at++) {
            sum[at % sum.length] -= centring[at];
        }
        return sum;
    }

    /// @param x `[rows, dIn]`, centred
    /// @param norms `[F]` of decoder rows, if the head uses them
    /// @param channels beside the main one
    void run(
            Workers workers,
            float[] x,
            float[] norms,
            Entries entries,
            Reconstruction main,
            List<Channel> channels,
            Sink sink) {
        int f = weights.dSae();
        workers.forEach(
                Math.ceilDiv(f, BLOCK),
                b -> {
                    Gradient g = scratch.get();
                    int part = b * weights.dIn();
                    Arrays.fill(centring, part, part + weights.dIn(), 0f);
                    for (int j = b * BLOCK; j < Math.min(f, (b + 1) * BLOCK); j++) {
                        g.entries.gather(entries, j, head.hasSecond());
                        g.zero = g.entries.n == 0;
                        boolean marks = sink.aim(j, g);
                        if (!(marks && g.zero && channels.isEmpty())) {
                            g.clear();
                        }
                        double along = g.entries.along(secondTrainsDecoder);
                        mainChannel(x, main, j, g);
                        FeatureEntries.Numbers numbers = g.entries.numbers(along);
                        for (Channel c : channels) {
                            double bias = c.add(x, j, g);
                            numbers = numbers.plus(bias, g.along);
                        }
                        finish(j, g, numbers, norms, part);
                        sink.accept(j, g);
                    }
                });
    }

    /// The dense path's way in: a block of features whose sums over rows were made elsewhere.
    ///
    /// @param first feature of the block, at the start of a piece of work
    /// @param numbers of each feature
    /// @param encoder `[n, dIn]`, sums of `g·x`
    /// @param decoder `[n, dOut]`
    /// @param x `[rows, dIn]`, centred
    /// @param channels beside the main one
    void finishDense(
            Workers workers,
            float[] x,
            List<Channel> channels,
            int first,
            FeatureEntries.Numbers[] numbers,
            float[] encoder,
            float[] decoder,
            float[] norms,
            Sink sink) {
        int dIn = weights.dIn();
        int dOut = weights.dOut();
        workers.forEach(
                Math.ceilDiv(numbers.length, BLOCK),
                b -> {
                    Gradient g = scratch.get();
                    int part = (first / BLOCK + b) * dIn;
                    Arrays.fill(centring, part, part + dIn, 0f);
                    for (int i = b * BLOCK; i < Math.min(numbers.length, (b + 1) * BLOCK); i++) {
                        g.zero = false;
                        sink.aim(first + i, g);
                        System.arraycopy(encoder, i * dIn, g.encoder, g.encoderAt, dIn);
                        System.arraycopy(decoder, i * dOut, g.decoder, g.decoderAt, dOut);
                        FeatureEntries.Numbers all = numbers[i];
                        for (Channel c : channels) {
                            double bias = c.add(x, first + i, g);
                            all = all.plus(bias, g.along);
                        }
                        finish(first + i, g, all, norms, part);
                        sink.accept(first + i, g);
                    }
                });
    }

    /// This thread's own room.
    Gradient scratch() {
        return scratch.get();
    }

    /// True if there is a second reconstruction and it trains the decoder.
    boolean secondTrainsDecoder() {
        return secondTrainsDecoder;
    }

    private void mainChannel(float[] x, Reconstruction main, int j, Gradient g) {
        FeatureEntries e = g.entries;
        float[] errors = main.errors(level(main, j));
        int dOut = weights.dOut();
        head.backward(j, e);
        Vectors.weightedRowSum(errors, dOut, e.row, e.value, 0, e.n, g.decoder, g.decoderAt);
        Vectors.weightedRowSum(x, weights.dIn(), e.row, e.gradient, 0, e.n, g.encoder, g.encoderAt);
        if (secondTrainsDecoder) {
            Vectors.weightedRowSum(
                    main.secondErrors(), dOut, e.row, e.second, 0, e.n, g.decoder, g.decoderAt);
        }
    }

    static int level(Reconstruction main, int j) {
        int l = 0;
        while (main.end(l) <= j) {
            l++;
        }
        return l;
    }

    private void finish(
            int j, Gradient g, FeatureEntries.Numbers numbers, float[] norms, int part) {
        int dIn = weights.dIn();
        float all = (float) numbers.all();
        if (centres && all != 0) {
            Vectors.addScaled(all, weights.encoder().value(), j * dIn, centring, part, dIn);
        }
        g.along = numbers.along();
        if (numbers.norm() != 0 && norms[j] > 0) {
            g.along += numbers.norm() * norms[j];
            int dOut = weights.dOut();
            float scale = (float) (numbers.norm() / norms[j]);
            Vectors.addScaled(
                    scale, weights.decoder().value(), j * dOut, g.decoder, g.decoderAt, dOut);
        }
        set(encoderBias, j, numbers.bias());
        set(threshold, j, numbers.threshold());
        set(gateBias, j, numbers.gateBias());
        set(magnitudeScale, j, numbers.magnitudeScale());
    }

    private static void set(Vector v, int j, double gradient) {
        if (v.gradient.length > 0) {
            v.gradient[j] = (float) gradient;
        }
    }
}
