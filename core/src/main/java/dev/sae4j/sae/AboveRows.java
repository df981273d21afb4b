package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Keeps every pre-activation above a limit of its feature while the tiles of a product leave the
/// registers: what ReLU, JumpReLU and gates let through.
public final class AboveRows implements Gemm.Sink {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final Hits hits;
    private final float[] bias; // [F]
    private final float @Nullable [] scale; // [F]
    private final float[] lower; // [F]
    private final long most;
    private final AtomicLong found = new AtomicLong();

    /// @param scale `[F]`, what a pre-activation is multiplied with; null for nothing
    AboveRows(Hits hits, float[] bias, float @Nullable [] scale, float[] lower, long most) {
        this.hits = hits;
        this.bias = bias;
        this.scale = scale;
        this.lower = lower;
        this.most = most;
    }

    /// Finds all `z = x·Wᵀ + bias` that are above `lower` (strictly; NaN never is).
    ///
    /// @param w `[F, D]`
    /// @param bias `[F]`
    /// @param lower `[F]`; negative infinity keeps everything larger
    /// @param most entries that are worth it
    /// @param beside gets all products too; null for nobody
    /// @return false, and `out` without entries, if there are more than `most`
    public static boolean select(
            Workers workers,
            Rows x,
            PackedMatrix w,
            float[] bias,
            float[] lower,
            CodesBuffer out,
            long most,
            Gemm.@Nullable Sink beside) {
        Hits hits = out.hits();
        hits.begin(x.count());
        try {
            Gemm.Sink above = new AboveRows(hits, bias, null, lower, most);
            Gemm.multiplyByRows(workers, x, w, beside == null ? above : above.and(beside));
        } catch (TooMany e) {
            out.clear(x.count());
            return false;
        }
        out.fill(workers);
        return true;
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        int group = row / Gemm.GROUP;
        int before = hits.count(group);
        hits.reserve(row, rows * columns);
        for (int r = 0; r < rows; r++) {
            acceptRow(tile, r * stride, row + r, first, columns);
        }
        int more = hits.count(group) - before;
        if (more != 0 && most != Long.MAX_VALUE && found.addAndGet(more) > most) {
            throw new TooMany();
        }
    }

    private void acceptRow(float[] tile, int at, int row, int first, int columns) {
        int c = 0;
        for (; c + LANES <= columns; c += LANES) {
            int j = first + c;
            FloatVector z = load(tile, at + c).add(load(bias, j));
            if (scale != null) {
                z = z.mul(load(scale, j));
            }
            VectorMask<Float> above = z.compare(VectorOperators.GT, load(lower, j));
            if (above.anyTrue()) {
                hits.add(row, j, z, above);
            }
        }
        for (; c < columns; c++) {
            int j = first + c;
            float z = tile[at + c] + bias[j];
            z = scale == null ? z : z * scale[j];
            if (z > lower[j]) {
                hits.add(row, j, z);
            }
        }
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    /// Ends a product early.
    private static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooMany() {
            super("more entries than are worth it", null, false, false);
        }
    }
}
