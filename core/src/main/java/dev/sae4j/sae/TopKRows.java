package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
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
    private final ConcurrentLinkedQueue<Candidates[]> free = new ConcurrentLinkedQueue<>();
    private Candidates[] @Nullable [] open = new Candidates[0][]; // [groups of rows][GROUP]
    private float[] limit = new float[0]; // [rows], of the candidates: close together and at hand
    private int batch; // rows
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
        batch = rows;
        if (limit.length < rows) {
            limit = new float[rows];
        }
        Arrays.fill(limit, 0, rows, absolute ? -1 : Float.NEGATIVE_INFINITY);
        int groups = Math.ceilDiv(rows, Gemm.GROUP);
        if (open.length < groups) {
            open = new Candidates[groups][];
        } else {
            Arrays.fill(open, null);
        }
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int firstColumn, int columns) {
        int group = row / Gemm.GROUP;
        Candidates[] candidates = open[group];
        if (candidates == null) {
            candidates = take();
            open[group] = candidates;
        }
        int first = row % Gemm.GROUP;
        for (int left = useful(tile, stride, row, rows, firstColumn, columns); left != 0; ) {
            int r = Integer.numberOfTrailingZeros(left);
            left &= left - 1;
            limit[row + r] =
                    acceptRow(tile, r * stride, candidates[first + r], firstColumn, columns);
        }
        if (firstColumn + columns < bias.length) {
            return;
        }
        for (int r = 0; r < rows; r++) {
            candidates[first + r].finish(value, column, (row + r) * k);
        }
        if (row + rows == Math.min(batch, (group + 1) * Gemm.GROUP)) {
            open[group] = null;
            free.add(candidates);
        }
    }

    /// Which rows of a tile hold something that may be of use, a bit for each. Most rows of most
    /// tiles do not: to know all before looking at one spares a mispredicted branch for each that does.
    private int useful(float[] tile, int stride, int row, int rows, int first, int columns) {
        int whole = columns - columns % LANES;
        int bits = whole < columns ? (1 << rows) - 1 : 0;
        for (int c = 0; c < whole; c += LANES) {
            FloatVector b = load(bias, first + c);
            for (int r = 0; r < rows; r++) {
                FloatVector rank = rank(load(tile, r * stride + c), b, first + c);
                bits |= rank.compare(VectorOperators.GT, limit[row + r]).anyTrue() ? 1 << r : 0;
            }
        }
        return bits;
    }

    private FloatVector rank(FloatVector product, FloatVector b, int j) {
        FloatVector z = product.add(b);
        if (scale != null) {
            z = z.mul(load(scale, j));
        }
        return absolute ? z.abs() : z;
    }

    private float acceptRow(float[] tile, int at, Candidates to, int first, int columns) {
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
        return to.limit();
    }

    /// Room for the rows of a group, used again by the next one: it stays in the cache.
    private Candidates[] take() {
        Candidates[] used = free.poll();
        if (used != null) {
            return used;
        }
        var fresh = new Candidates[Gemm.GROUP];
        Arrays.setAll(fresh, i -> new Candidates(k, absolute));
        return fresh;
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }
}
