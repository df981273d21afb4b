package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.GroupMaxRows;
import org.jspecify.annotations.Nullable;

/// The largest activation of each group of neighbours. Where none is positive all are 0, and the
/// first of the group is the largest.
final class GroupMaxSelector implements Selector {
    private final int groups;
    private final float[] bias;

    GroupMaxSelector(int groups, float[] bias) {
        this.groups = groups;
        this.bias = bias;
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
        int rows = x.count();
        int size = encoder.rows() / groups;
        var best = new GroupMaxRows(rows, encoder.rows(), groups, bias);
        Gemm.multiplyByRows(workers, x, encoder, beside == null ? best : best.and(beside));
        out.reserve(rows, rows * groups, false);
        for (int r = 0; r < rows; r++) {
            out.rowStart[r] = r * groups;
            for (int g = 0; g < groups; g++) {
                int i = r * groups + g;
                float v = best.value()[i];
                out.pre[i] = v;
                out.feature[i] = v > 0 ? best.column()[i] : g * size;
            }
        }
        out.rowStart[rows] = rows * groups;
        return true;
    }
}
