package dev.sae4j.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Cross entropy of each row's logits with one target, without keeping the logits: each tile of the
/// product updates the row's largest logit and, in double, the sum of exponentials above it.
public final class NextTokenLoss {
    private final float cap;
    private final int[] targets;
    private final float[] max;
    private final double[] sum;
    private final float[] target;

    private NextTokenLoss(float cap, int[] targets) {
        this.cap = cap;
        this.targets = targets;
        this.max = new float[targets.length];
        this.sum = new double[targets.length];
        this.target = new float[targets.length];
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
    }

    /// `-log softmax(X·Wᵀ)[target]` in nats for each row.
    ///
    /// @param w unembedding `[V, width]`
    /// @param cap soft cap of the logits, see [SoftCap]; 0 for none
    /// @param targets `[x.count]`; a negative target gives NaN
    public static float[] of(Workers workers, Rows x, Factor w, float cap, int[] targets) {
        if (x.count() <= FewRows.MOST) { // the threads share the outputs, not the rows
            float[] logits = new float[Math.multiplyExact(x.count(), w.rows())];
            Linear.store(workers, x, w, null, logits);
            SoftCap.apply(cap, logits, 0, logits.length);
            return ofLogits(logits, targets);
        }
        var loss = new NextTokenLoss(cap, targets);
        w.multiplyByRows(workers, x, loss::take);
        return loss.result();
    }

    /// The same of logits that are there.
    ///
    /// @param logits `[targets.length, V]`
    public static float[] ofLogits(float[] logits, int[] targets) {
        var loss = new NextTokenLoss(0, targets);
        int vocabulary = targets.length == 0 ? 0 : logits.length / targets.length;
        for (int row = 0; row < targets.length; row++) {
            loss.take(logits, row * vocabulary, row, 0, vocabulary);
        }
        return loss.result();
    }

    private float[] result() {
        float[] out = new float[targets.length];
        for (int row = 0; row < out.length; row++) {
            out[row] =
                    targets[row] < 0
                            ? Float.NaN
                            : (float) (Math.log(sum[row]) + max[row] - target[row]);
        }
        return out;
    }

    private void take(float[] tile, int stride, int row, int rows, int column, int columns) {
        for (int r = 0; r < rows; r++) {
            SoftCap.apply(cap, tile, r * stride, columns);
            take(tile, r * stride, row + r, column, columns);
        }
    }

    /// Takes some logits of row `i`.
    private void take(float[] x, int at, int i, int column, int columns) {
        float largest = largest(x, at, columns);
        if (largest > max[i]) {
            sum[i] *= Math.exp((double) max[i] - largest);
            max[i] = largest;
        }
        sum[i] += sumOfExp(x, at, columns, max[i]);
        int t = targets[i] - column;
        if (t >= 0 && t < columns) {
            target[i] = x[at + t];
        }
    }

    private static float largest(float[] x, int at, int n) {
        FloatVector max = FloatVector.broadcast(Tile.SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            max = max.blend(v, v.compare(VectorOperators.GT, max));
        }
        float most = max.reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) {
            most = x[at + i] > most ? x[at + i] : most;
        }
        return most;
    }

    private static float sumOfExp(float[] x, int at, int n, float max) {
        FloatVector sum = FloatVector.zero(Tile.SPECIES);
        int i = 0;
        for (; i + Tile.LANES <= n; i += Tile.LANES) {
            sum = sum.add(Exp.of(FloatVector.fromArray(Tile.SPECIES, x, at + i).sub(max)));
        }
        float total = Horizontal.sum(sum);
        for (; i < n; i++) {
            total += Exp.of(x[at + i] - max);
        }
        return total;
    }
}
