package dev.sae4j.sae;

import dev.sae4j.kernel.Gemm;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Keeps the `k` largest values of each row while the tiles of a product leave the registers, so
/// that the `[B, F]` matrix is never written down.
///
/// Each row owns a heap of `k` entries whose root is the worst kept one: only values above the root
/// leave the tile. Ties go to the smaller column. Columns must arrive in ascending order.
public final class TopKRows implements Gemm.Sink {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final int k;
    private final float[] bias; // [F]
    private final float @org.jspecify.annotations.Nullable [] scale;
    private final boolean absolute;
    private float[] value = new float[0]; // [rows, k]
    private int[] column = new int[0]; // [rows, k]

    /// @param k values kept per row
    /// @param bias `[F]`, added to each product
    public TopKRows(int k, float[] bias) {
        this(k, bias, null, false);
    }

    public TopKRows(int k, float[] bias, float @org.jspecify.annotations.Nullable [] scale, boolean absolute) {
        this.k = k;
        this.bias = bias;
        this.scale = scale;
        this.absolute = absolute;
    }

    /// Begins a batch. The arrays are filled with `rows * k` entries; entries never filled keep the
    /// value negative infinity.
    public void begin(int rows, float[] values, int[] columns) {
        value = values;
        column = columns;
        Arrays.fill(values, 0, rows * k, Float.NEGATIVE_INFINITY);
        Arrays.fill(columns, 0, rows * k, Integer.MAX_VALUE);
    }

    @Override
    public void accept(float[] tile, int stride, int row, int rows, int first, int columns) {
        if (scale != null || absolute) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    float z = tile[r * stride + c] + bias[first + c];
                    z = scale == null ? z : z * scale[first + c];
                    offer((row + r) * k, z, first + c);
                }
            }
            return;
        }
        for (int r = 0; r < rows; r++) {
            int heap = (row + r) * k;
            int at = r * stride;
            int c = 0;
            for (; c + LANES <= columns; c += LANES) {
                FloatVector z =
                        FloatVector.fromArray(SPECIES, tile, at + c)
                                .add(FloatVector.fromArray(SPECIES, bias, first + c));
                long above = z.compare(VectorOperators.GT, value[heap]).toLong();
                if (above != 0) {
                    z.intoArray(tile, at + c);
                    while (above != 0) {
                        int lane = Long.numberOfTrailingZeros(above);
                        above &= above - 1;
                        offer(heap, tile[at + c + lane], first + c + lane);
                    }
                }
            }
            for (; c < columns; c++) {
                offer(heap, tile[at + c] + bias[first + c], first + c);
            }
        }
    }

    private void offer(int heap, float v, int index) {
        if (absolute ? Math.abs(v) > (value[heap] == Float.NEGATIVE_INFINITY ? -1 : Math.abs(value[heap])) : v > value[heap]) {
            replaceRoot(heap, v, index);
        }
    }

    /// Sifts a new entry down from the root. An entry is worse if its value is smaller, or equal
    /// with a larger column.
    private void replaceRoot(int heap, float v, int index) {
        int i = 0;
        while (true) {
            int child = 2 * i + 1;
            if (child >= k) {
                break;
            }
            if (child + 1 < k
                    && worse(heap + child + 1, value[heap + child], column[heap + child])) {
                child++;
            }
            if (!worse(heap + child, v, index)) {
                break;
            }
            value[heap + i] = value[heap + child];
            column[heap + i] = column[heap + child];
            i = child;
        }
        value[heap + i] = v;
        column[heap + i] = index;
    }

    private boolean worse(int entry, float v, int index) {
        if (absolute) {
            float a = value[entry] == Float.NEGATIVE_INFINITY ? -1 : Math.abs(value[entry]);
            float b = Math.abs(v);
            return a < b || (a == b && column[entry] > index);
        }
        return value[entry] < v || (value[entry] == v && column[entry] > index);
    }

    /// Puts the entries of a row in ascending order of columns, as sparse codes keep them.
    public void sortByColumn(int row) {
        int from = row * k;
        for (int i = from + 1; i < from + k; i++) {
            int c = column[i];
            float v = value[i];
            int j = i - 1;
            while (j >= from && column[j] > c) {
                column[j + 1] = column[j];
                value[j + 1] = value[j];
                j--;
            }
            column[j + 1] = c;
            value[j + 1] = v;
        }
    }
}
