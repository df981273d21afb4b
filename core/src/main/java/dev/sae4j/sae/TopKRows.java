package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Keeps the `k` largest values of each row while the tiles of a product leave the registers, so
/// that the `[B, F]` matrix is never written down.
///
/// Only values above the row's running limit leave the tile, see [Candidates]. Ties go to the
/// smaller column, NaN is never kept. Columns must arrive in ascending order, those of one row from
/// one thread at a time.
public final class TopKRows implements Gemm.Sink {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final int k;
    private final float[] bias; // [F]
    private final float @Nullable [] scale; // [F]
    private final boolean absolute;
    private final ConcurrentLinkedQueue<Candidates> free = new ConcurrentLinkedQueue<>();
    private @Nullable Candidates[] open = new Candidates[0]; // [rows]
    private float[] value = new float[0]; // [rows, k]
    private int[] column = new int[0]; // [rows, k]

    /// @param k values kept per row
    /// @param bias `[F]`, added to each product
    public TopKRows(int k, float[] bias) {
        this(k, bias, null, false);
    }

    /// @param k values kept per row
    /// @param bias `[F]`, added to each product
    /// @param scale `[F]`, what the sum is then multiplied with; null for nothing
    /// @param absolute true to keep the largest in magnitude, with their sign
    public TopKRows(int k, float[] bias, float @Nullable [] scale, boolean absolute) {
        this.k = k;
        this.bias = bias;
        this.scale = scale;
        this.absolute = absolute;
    }

    /// Begins a batch. The arrays are filled with `rows * k` entries: a row's are there, in ascending
    /// order of columns, when its last column has come. Entries never filled have the value negative
    /// infinity and stand last.
    public void begin(int rows, float[] values, int[] columns) {
        value = values;
        column = columns;
        Arrays.fill(values, 0, rows * k, Float.NEGATIVE_INFINITY);
        Arrays.fill(columns, 0, rows * k, Integer.MAX_VALUE);
        if (open.length < rows) {
            open = new Candidates[rows];
        } else {
            Arrays.fill(open, null);
        }
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        for (int r = row; r < row + rows; r++) {
            Candidates candidates = open[r];
            if (candidates == null) {
                candidates = take();
                open[r] = candidates;
            }
            acceptRow(tile, (r - row) * stride, candidates, first, columns);
            if (first + columns == bias.length) {
                sortByColumn(r);
            }
        }
    }

    private void acceptRow(float[] tile, int at, Candidates to, int first, int columns) {
        int c = 0;
        for (; c + LANES <= columns; c += LANES) {
            int j = first + c;
            FloatVector z = load(tile, at + c).add(load(bias, j));
            if (scale != null) {
                z = z.mul(load(scale, j));
            }
            to.offer(j, z);
        }
        for (; c < columns; c++) {
            float z = tile[at + c] + bias[first + c];
            to.offer(first + c, scale == null ? z : z * scale[first + c]);
        }
    }

    /// Writes a row's entries in ascending order of columns, as sparse codes keep them. Needed only
    /// when fewer columns come than there are biases.
    public void sortByColumn(int row) {
        Candidates candidates = open[row];
        if (candidates != null) {
            candidates.finish(value, column, row * k);
            open[row] = null;
            free.add(candidates);
        }
    }

    private Candidates take() {
        Candidates used = free.poll();
        return used == null ? new Candidates(k, absolute) : used;
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
