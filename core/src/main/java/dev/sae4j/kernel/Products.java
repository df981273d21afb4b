package dev.sae4j.kernel;

/// Dense products of row-major arrays that change from call to call, in the three forms that a layer
/// and its gradients need.
///
/// Every sum runs over its index in ascending order in a float, from zero; what is in `out` is added
/// last. Results do not depend on the number of threads.
public final class Products {
    private Products() {}

    /// `out = A·Bᵀ`.
    ///
    /// @param a `[m, k]` from `aAt`
    /// @param b `[n, k]` from `bAt`
    /// @param out `[m, n]` from `outAt`, overwritten
    public static void timesTransposed(
            Workers workers,
            float[] a,
            int aAt,
            int m,
            float[] b,
            int bAt,
            int n,
            int k,
            float[] out,
            int outAt) {
        var right = PackedMatrix.allocate(n, k);
        right.pack(workers, b, bAt);
        multiply(workers, m, right, rows(a, aAt, m, k), store(out, outAt, n));
    }

    /// `out += A·B`.
    ///
    /// @param a `[m, k]` from `aAt`
    /// @param b `[k, n]` from `bAt`
    /// @param out `[m, n]` from `outAt`
    public static void addProduct(
            Workers workers,
            float[] a,
            int aAt,
            int m,
            float[] b,
            int bAt,
            int n,
            int k,
            float[] out,
            int outAt) {
        var right = PackedMatrix.allocate(n, k);
        right.packColumns(workers, b, bAt);
        multiply(workers, m, right, rows(a, aAt, m, k), add(out, outAt, n));
    }

    /// `out += Aᵀ·B`.
    ///
    /// @param a `[k, m]` from `aAt`
    /// @param b `[k, n]` from `bAt`
    /// @param out `[m, n]` from `outAt`
    public static void addTransposedProduct(
            Workers workers,
            float[] a,
            int aAt,
            int m,
            float[] b,
            int bAt,
            int n,
            int k,
            float[] out,
            int outAt) {
        var right = PackedMatrix.allocate(n, k);
        right.packColumns(workers, b, bAt);
        int chunk = RowBlock.chunk(k);
        multiply(
                workers,
                m,
                right,
                (first, count) -> PackedRows.ofColumns(a, aAt + first, m, count, k, chunk),
                add(out, outAt, n));
    }

    /// Packs some rows of the left factor.
    private interface Left {
        PackedRows pack(int first, int count);
    }

    private static Left rows(float[] a, int at, int m, int k) {
        var all = new Rows(a, at, k, m, k, null);
        return (first, count) -> PackedRows.of(all.slice(first, count), RowBlock.chunk(k));
    }

    private static void multiply(
            Workers workers, int m, PackedMatrix b, Left left, Gemm.Sink sink) {
        RowBlock.forEach(
                workers,
                m,
                b.depth(),
                (first, count) ->
                        RowBlock.multiply(
                                left.pack(first, count), first, b, 0, b.panelCount(), sink));
    }

    private static Gemm.Sink store(float[] out, int at, int n) {
        return (tile, stride, row, rows, column, columns) -> {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(tile, r * stride, out, at + (row + r) * n + column, columns);
            }
        };
    }

    private static Gemm.Sink add(float[] out, int at, int n) {
        return (tile, stride, row, rows, column, columns) -> {
            for (int r = 0; r < rows; r++) {
                Linear.addRow(tile, r * stride, out, at + (row + r) * n + column, columns);
            }
        };
    }
}
