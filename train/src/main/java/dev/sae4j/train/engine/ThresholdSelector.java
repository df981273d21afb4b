package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.AboveRows;
import dev.sae4j.sae.CodesBuffer;
import org.jspecify.annotations.Nullable;

/// All pre-activations above the head's lower bound: ReLU, JumpReLU and gates.
final class ThresholdSelector implements Selector {
    private final Head head;
    private final float[] bias;
    private final float[] lower;
    private final double mostDense;
    private final CodesBuffer codes = new CodesBuffer();

    /// @param bias `[F]`, added to the products: `b_enc`, or zeros for gates
    /// @param mostDense share of all pairs above which the dense path is faster
    ThresholdSelector(Head head, float[] bias, double mostDense) {
        this.head = head;
        this.bias = bias;
        this.lower = new float[bias.length];
        this.mostDense = mostDense;
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
        for (int j = 0; j < lower.length; j++) {
            lower[j] = head.lower(j);
        }
        long most = (long) (mostDense * x.count() * lower.length);
        if (!AboveRows.select(workers, x, encoder, bias, lower, codes, most, beside)) {
            return false;
        }
        int n = codes.size();
        out.reserve(x.count(), n, head.hasSecond());
        System.arraycopy(codes.rowStart(), 0, out.rowStart, 0, x.count() + 1);
        System.arraycopy(codes.feature(), 0, out.feature, 0, n);
        System.arraycopy(codes.value(), 0, out.pre, 0, n);
        return true;
    }
}
