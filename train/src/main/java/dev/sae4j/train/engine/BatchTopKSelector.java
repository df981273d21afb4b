package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.BatchTopKRows;
import dev.sae4j.sae.CodesBuffer;
import org.jspecify.annotations.Nullable;

/// The `(int) (k·rows)` largest positive pre-activations of the batch.
final class BatchTopKSelector implements Selector {
    private final double k;
    private final float[] bias;
    private final boolean byNorm;
    private final BatchTopKRows selection = new BatchTopKRows();
    private final CodesBuffer codes = new CodesBuffer();
    private double smallest = Double.NaN;

    BatchTopKSelector(double k, float[] bias, boolean byNorm) {
        this.k = k;
        this.bias = bias;
        this.byNorm = byNorm;
    }

    @Override
    public boolean select(
            Workers workers,
            Rows x,
            PackedMatrix encoder,
            StepSettings settings,
            float[] norms,
            Entries out,
            Gemm.@Nullable Sink beside) {
        long keep = (long) (k * x.count());
        selection.select(workers, x, encoder, bias, byNorm ? norms : null, keep, codes, beside);
        int n = codes.size();
        out.reserve(x.count(), n, false);
        System.arraycopy(codes.rowStart(), 0, out.rowStart, 0, x.count() + 1);
        System.arraycopy(codes.feature(), 0, out.feature, 0, n);
        System.arraycopy(codes.value(), 0, out.pre, 0, n);
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            least = Math.min(least, out.pre[i]);
            if (byNorm) {
                out.pre[i] /= norms[out.feature[i]];
            }
        }
        smallest = n == 0 ? Double.NaN : least;
        return true;
    }

    @Override
    public double smallestKept() {
        return smallest;
    }
}
