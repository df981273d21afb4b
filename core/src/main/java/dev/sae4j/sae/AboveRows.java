package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;

/// stub
public final class AboveRows {
    private AboveRows() {}

    public static boolean select(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float[] lower,
            CodesBuffer out,
            long most) {
        int f = w.rows();
        float[] z = new float[x.count() * f];
        Gemm.multiply(workers, x, w, z);
        out.rows = x.count();
        out.rowStart = new int[x.count() + 1];
        out.feature = new int[z.length];
        out.value = new float[z.length];
        int n = 0;
        for (int r = 0; r < x.count(); r++) {
            for (int j = 0; j < f; j++) {
                float v = z[r * f + j] + bias[j];
                if (v > lower[j]) {
                    out.feature[n] = j;
                    out.value[n++] = v;
                }
            }
            out.rowStart[r + 1] = n;
        }
        out.size = n;
        return n <= most;
    }
}
