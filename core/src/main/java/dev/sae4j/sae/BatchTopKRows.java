package dev.sae4j.sae;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// stub
public final class BatchTopKRows {
    public void select(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float @Nullable [] scale,
            long n,
            CodesBuffer out) {
        float[] lower = new float[w.rows()];
        AboveRows.select(workers, x, w, bias, lower, out, Long.MAX_VALUE);
        if (scale != null) {
            for (int i = 0; i < out.size; i++) {
                out.value[i] *= scale[out.feature[i]];
            }
        }
        if (n >= out.size) {
            return;
        }
        float[] sorted = Arrays.copyOf(out.value, out.size);
        Arrays.sort(sorted);
        float least = sorted[out.size - (int) n];
        int m = 0;
        int from = 0;
        for (int r = 0; r < out.rows; r++) {
            int to = out.rowStart[r + 1];
            for (int i = from; i < to; i++) {
                if (out.value[i] >= least && m < n) {
                    out.value[m] = out.value[i];
                    out.feature[m++] = out.feature[i];
                }
            }
            from = to;
            out.rowStart[r + 1] = m;
        }
        out.size = m;
    }
}
