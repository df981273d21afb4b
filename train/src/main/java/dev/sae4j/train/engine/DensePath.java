package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// The step of an SAE while most of its features are active, as in the first steps of a ReLU SAE:
/// five dense products, a block of features at a time. Only for architectures that select by
/// threshold. It keeps all pre-activations, `[F, rows]`, between its two halves.
final class DensePath {
    private static final int FEATURES = 512; // of a block
    private static final int ROWS = 64;

    private final Parameters weights;
    private final Head head;
    private final Reconstruction main;
    private final FeatureGradients gradients;
    private final float[] bias;
    private float[][] pre = new float[0][]; // per block [features, rows]
    private float[] values = new float[0]; // [FEATURES, rows]
    private float[] seconds = new float[0];
    private float[] byValue = new float[0];
    private float[] bySecond = new float[0];
    private double l0;
    private double density;

    DensePath(Parameters weights, Head head, Reconstruction main, FeatureGradients gradients) {
        this.weights = weights;
        this.head = head;
        this.main = main;
        this.gradients = gradients;
        this.bias =
                head.hasSecond() // gates add their own
                        ? new float[weights.dSae()]
                        : weights.encoderBias().value();
    }

    /// Mean active features per row, of the last forward pass.
    double l0() {
        return l0;
    }

    /// Share of all pairs that a sparse step would have taken, in the last forward pass.
    double density() {
        return density;
    }

    private int first(int block) {
        return block * FEATURES;
    }

    private int count(int block) {
        return Math.min(FEATURES, weights.dSae() - first(block));
    }

    private void reserve(int rows) {
        if (pre.length > 0 && values.length >= FEATURES * rows) {
            return;
        }
        int blocks = Math.ceilDiv(weights.dSae(), FEATURES);
        pre = new float[blocks][];
        for (int b = 0; b < blocks; b++) {
            pre[b] = new float[Math.multiplyExact(count(b), rows)];
        }
        int floats = Math.multiplyExact(FEATURES, rows);
        values = new float[floats];
        byValue = new float[floats];
        if (head.hasSecond()) {
            seconds = new float[floats];
            bySecond = new float[floats];
        }
    }

    /// Reconstructs a batch.
    ///
    /// @param input `[rows, dIn]`, centred
    /// @param counts told which features fire
    Reconstruction.Sums forward(Workers workers, Batch batch, float[] input, DeadFeatures counts) {
        int rows = batch.rows();
        int dIn = weights.dIn();
        int dOut = weights.dOut();
        reserve(rows);
        forRows(
                workers,
                rows,
                r -> {
                    main.offset(r, main.errors(0), r * dOut);
                    if (head.hasSecond()) {
                        main.offset(r, main.secondErrors(), r * dOut);
                    }
                });
        var active = new AtomicLong();
        var selected = new AtomicLong();
        for (int b = 0; b < pre.length; b++) {
            int block = b;
            Products.timesTransposed(
                    workers,
                    weights.encoder().value(),
                    first(b) * dIn,
                    count(b),
                    input,
                    0,
                    rows,
                    dIn,
                    pre[b],
                    0);
            workers.forEach(
                    count(b),
                    i -> {
                        active.addAndGet(activate(block, i, rows, counts));
                        selected.addAndGet(selected(block, i, rows));
                    });
            addRows(workers, b, rows);
            decode(workers, b, rows, values, main.errors(0));
            if (head.hasSecond()) {
                decode(workers, b, rows, seconds, main.secondErrors());
            }
        }
        head.endRows(rows);
        forRows(
                workers,
                rows,
                r -> {
                    main.finish(batch, r, 0);
                    if (head.hasSecond()) {
                        main.finishSecond(batch, r);
                    }
                });
        l0 = (double) active.get() / rows;
        density = (double) selected.get() / rows / weights.dSae();
        return main.sums(batch);
    }

    private interface RowTask {
        void run(int row);
    }

    private static void forRows(Workers workers, int rows, RowTask task) {
        workers.forEach(
                Math.ceilDiv(rows, ROWS),
                b -> {
                    for (int r = b * ROWS; r < Math.min(rows, (b + 1) * ROWS); r++) {
                        task.run(r);
                    }
                });
    }

    /// Adds the bias of a feature, and finds its values.
    ///
    /// @return rows in which it is active
    private int activate(int block, int i, int rows, DeadFeatures counts) {
        int j = first(block) + i;
        int at = i * rows;
        int active = 0;
        for (int r = 0; r < rows; r++) {
            float z = pre[block][at + r] + bias[j];
            pre[block][at + r] = z;
            float value = head.value(j, z);
            values[at + r] = value;
            if (head.hasSecond()) {
                seconds[at + r] = head.second(j, z);
            }
            active += value != 0 ? 1 : 0;
        }
        counts.activeRows()[j] = active;
        counts.fired()[j] = active > 0;
        return active;
    }

    /// Rows in which a feature's pre-activation is above the head's bound.
    private int selected(int block, int i, int rows) {
        float lower = head.lower(first(block) + i);
        int at = i * rows;
        int n = 0;
        for (int r = 0; r < rows; r++) {
            n += pre[block][at + r] > lower ? 1 : 0;
        }
        return n;
    }

    private void addRows(Workers workers, int b, int rows) {
        workers.forEach(
                Math.ceilDiv(rows, ROWS),
                part -> {
                    int to = Math.min(rows, (part + 1) * ROWS);
                    for (int i = 0; i < count(b); i++) {
                        for (int r = part * ROWS; r < to; r++) {
                            int at = i * rows + r;
                            head.addRow(r, first(b) + i, pre[b][at], values[at]);
                        }
                    }
                });
    }

    private void decode(Workers workers, int b, int rows, float[] a, float[] out) {
        int d = weights.dOut();
        Products.addTransposedProduct(
                workers, a, 0, rows, weights.decoder().value(), first(b) * d, d, count(b), out, 0);
    }

    /// Sums up the gradients of every feature, after [#forward].
    ///
    /// @param input as there
    /// @param channels beside the main one
    void gradients(
            Workers workers,
            Batch batch,
            float[] input,
            List<Channel> channels,
            float[] norms,
            FeatureGradients.Sink sink) {
        int rows = batch.rows();
        float[] encoder = new float[FEATURES * weights.dIn()];
        float[] decoder = new float[FEATURES * weights.dOut()];
        for (int b = 0; b < pre.length; b++) {
            int block = b;
            int n = count(b);
            products(workers, b, rows, main.errors(0), byValue);
            if (head.hasSecond()) {
                products(workers, b, rows, main.secondErrors(), bySecond);
            }
            FeatureEntries.Numbers[] found = new FeatureEntries.Numbers[n];
            workers.forEach(n, i -> found[i] = backward(block, i, rows));
            Arrays.fill(encoder, 0f);
            Arrays.fill(decoder, 0f);
            int dIn = weights.dIn();
            int dOut = weights.dOut();
            Products.addProduct(workers, byValue, 0, n, input, 0, dIn, rows, encoder, 0);
            Products.addProduct(workers, values, 0, n, main.errors(0), 0, dOut, rows, decoder, 0);
            if (gradients.secondTrainsDecoder()) {
                Products.addProduct(
                        workers, seconds, 0, n, main.secondErrors(), 0, dOut, rows, decoder, 0);
            }
            gradients.finishDense(
                    workers, input, channels, first(block), found, encoder, decoder, norms, sink);
        }
    }

    /// `out = W_dec·eᵀ` for a block: the gradient by its values.
    private void products(Workers workers, int b, int rows, float[] errors, float[] out) {
        int d = weights.dOut();
        Products.timesTransposed(
                workers,
                weights.decoder().value(),
                first(b) * d,
                count(b),
                errors,
                0,
                rows,
                d,
                out,
                0);
    }

    /// Turns the gradients by one feature's values into gradients by its pre-activations.
    private FeatureEntries.Numbers backward(int block, int i, int rows) {
        int j = first(block) + i;
        int at = i * rows;
        FeatureEntries e = gradients.scratch().entries;
        e.clear();
        e.allRows(rows);
        System.arraycopy(pre[block], at, e.pre, 0, rows);
        System.arraycopy(byValue, at, e.gradient, 0, rows);
        for (int r = 0; r < rows; r++) {
            e.value[r] = head.value(j, e.pre[r]);
        }
        if (head.hasSecond()) {
            System.arraycopy(bySecond, at, e.secondGradient, 0, rows);
            for (int r = 0; r < rows; r++) {
                e.second[r] = head.second(j, e.pre[r]);
            }
            System.arraycopy(e.second, 0, seconds, at, rows);
        }
        double along = e.along(gradients.secondTrainsDecoder());
        head.backward(j, e);
        System.arraycopy(e.gradient, 0, byValue, at, rows);
        System.arraycopy(e.value, 0, values, at, rows);
        return e.numbers(along);
    }
}
