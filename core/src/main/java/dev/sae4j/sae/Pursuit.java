package dev.sae4j.sae;

import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Matching pursuit, all rows of a batch step by step together; rows that are done drop out.
///
/// The rule is SAELens': a step takes the feature whose decoder row has the largest product with the
/// residual, adds that product to its activation if it is positive, and takes it off the residual. A
/// row is done when a step brought no new feature, or its residual is short enough, or after `d_in`
/// steps.
final class Pursuit {
    private final PreActivations encoder;
    private final Matrix decoder;
    private final Activation.MatchingPursuit rule;

    /// @param encoder products with the decoder's rows
    Pursuit(PreActivations encoder, Matrix decoder, Activation.MatchingPursuit rule) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.rule = rule;
    }

    SparseCodes encode(Workers workers, Rows x) {
        int d = x.width();
        int n = x.count();
        float[] residual = residuals(x);
        var taken = new ArrayList<TreeMap<Integer, Float>>();
        for (int r = 0; r < n; r++) {
            taken.add(new TreeMap<>());
        }
        int[] open = IntStream.range(0, n).toArray();
        Integer limit = rule.maxIterations();
        int steps = limit == null ? d : limit;
        for (int step = 0; step < steps && open.length > 0; step++) {
            int[] rows = open;
            int[] best = best(workers, residual, rows, d);
            boolean[] done = new boolean[rows.length];
            workers.forEach(
                    rows.length,
                    i -> done[i] = step(residual, rows[i] * d, d, best[i], taken.get(rows[i])));
            open =
                    IntStream.range(0, rows.length)
                            .filter(i -> !done[i])
                            .map(i -> rows[i])
                            .toArray();
        }
        var codes = new CodesBuilder(n, n * 16);
        for (TreeMap<Integer, Float> row : taken) {
            row.forEach(codes::add);
            codes.endRow();
        }
        return codes.codes();
    }

    static float[] residuals(Rows x) {
        int d = x.width();
        float[] residual = new float[Math.multiplyExact(x.count(), d)];
        float[] subtracted = x.subtracted();
        for (int r = 0; r < x.count(); r++) {
            System.arraycopy(x.values(), x.start() + r * x.stride(), residual, r * d, d);
            if (subtracted != null) {
                for (int c = 0; c < d; c++) {
                    residual[r * d + c] -= subtracted[c];
                }
            }
        }
        return residual;
    }

    /// The feature with the largest product with each open row's residual; the first one if none is
    /// positive.
    private int[] best(Workers workers, float[] residual, int[] open, int d) {
        float[] rows = new float[open.length * d];
        for (int i = 0; i < open.length; i++) {
            System.arraycopy(residual, open[i] * d, rows, i * d, d);
        }
        float[] value = new float[open.length];
        int[] feature = new int[open.length];
        var top = new TopKRows(1, new float[encoder.rows()]);
        top.begin(open.length, value, feature);
        encoder.multiply(workers, Rows.of(rows, open.length, d), top);
        for (int i = 0; i < open.length; i++) {
            if (!(value[i] > 0)) {
                feature[i] = 0;
            }
        }
        return feature;
    }

    /// @return true if the row is done
    private boolean step(
            float[] residual, int at, int d, int feature, SortedMap<Integer, Float> taken) {
        float[] direction = new float[d];
        decoder.read(feature, direction, 0);
        float amount = Math.max(0, Vectors.dot(residual, at, direction, 0, d));
        boolean isNew = amount > 0 && !taken.containsKey(feature);
        if (amount > 0) {
            taken.merge(feature, amount, Float::sum);
            Vectors.addScaled(-amount, direction, 0, residual, at, d);
        }
        if (rule.stopOnRepetition() && !isNew) {
            return true;
        }
        double left = RowTransforms.norm(residual, at, d);
        return rule.residualThreshold() > 0 && left < rule.residualThreshold();
    }
}
