package dev.sae4j.kernel;

/// The scalar twins: plain loops, in double where it matters, that say what each vector kernel
/// computes. Tests compare the two; [#tile] also does work that is over before vector code would be
/// compiled.
final class Scalar {
    private Scalar() {}

    /// `X·Wᵀ` of row-major `x: [n, depth]` and `w: [m, depth]`, giving `[n, m]`.
    static double[] multiply(float[] x, float[] w, int n, int m, int depth) {
        double[] out = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                double sum = 0;
                for (int k = 0; k < depth; k++) {
                    sum += (double) x[i * depth + k] * w[j * depth + k];
                }
                out[i * m + j] = sum;
            }
        }
        return out;
    }

    /// `out = A·Bᵀ`, as [Products#timesTransposed] to the same bits.
    static void timesTransposed(
            float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int l = 0; l < k; l++) {
                    sum = Math.fma(a[aAt + i * k + l], b[bAt + j * k + l], sum);
                }
                out[outAt + i * n + j] = sum;
            }
        }
    }

    /// `out += A·B`, as [Products#addProduct] to the same bits.
    static void addProduct(
            float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int l = 0; l < k; l++) {
                    sum = Math.fma(a[aAt + i * k + l], b[bAt + l * n + j], sum);
                }
                out[outAt + i * n + j] += sum;
            }
        }
    }

    /// `out += Aᵀ·B`, as [Products#addTransposedProduct] to the same bits.
    static void addTransposedProduct(
            float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int l = 0; l < k; l++) {
                    sum = Math.fma(a[aAt + l * m + i], b[bAt + l * n + j], sum);
                }
                out[outAt + i * n + j] += sum;
            }
        }
    }

    /// What a tile computes, to the same bits: every sum in ascending order of k, each step a fused
    /// multiply-add.
    ///
    /// @param a rows packed as `[depth, rowStride]`, from `aAt`
    /// @param rows of these, how many count
    /// @param b a panel, `[depth, columns]`
    /// @param c `[rows, columns]`, overwritten
    static void tile(
            int depth,
            float[] a,
            int aAt,
            int rowStride,
            int rows,
            float[] b,
            int columns,
            float[] c) {
        java.util.Arrays.fill(c, 0, rows * columns, 0f);
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < depth; k++) {
                addScaled(a[aAt + k * rowStride + r], b, k * columns, c, r * columns, columns);
            }
        }
    }

    static double dot(float[] a, int aAt, float[] b, int bAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) a[aAt + i] * b[bAt + i];
        }
        return sum;
    }

    static void addScaled(float scale, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.fma(scale, x[xAt + i], y[yAt + i]);
        }
    }

    /// As [Vectors#weightedRowSum] to the same bits.
    static void weightedRowSum(
            float[] x,
            int width,
            int[] rows,
            float[] scale,
            int from,
            int to,
            float[] out,
            int outAt) {
        for (int i = from; i < to; i++) {
            addScaled(scale[i], x, rows[i] * width, out, outAt, width);
        }
    }

    static boolean allFinite(float[] x, int at, int n) {
        for (int i = 0; i < n; i++) {
            if (!Float.isFinite(x[at + i])) {
                return false;
            }
        }
        return true;
    }
}
