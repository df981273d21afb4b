package dev.sae4j.kernel;

/// stub
public final class Products {
    private Products() {}

    public static void timesTransposed(
            Workers workers, float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        workers.forEach(m, i -> {
            for (int j = 0; j < n; j++) {
                out[outAt + i * n + j] = Vectors.dot(a, aAt + i * k, b, bAt + j * k, k);
            }
        });
    }

    public static void addProduct(
            Workers workers, float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        workers.forEach(m, i -> {
            for (int t = 0; t < k; t++) {
                Vectors.addScaled(a[aAt + i * k + t], b, bAt + t * n, out, outAt + i * n, n);
            }
        });
    }

    public static void addTransposedProduct(
            Workers workers, float[] a, int aAt, int m, float[] b, int bAt, int n, int k, float[] out, int outAt) {
        workers.forEach(m, i -> {
            for (int t = 0; t < k; t++) {
                Vectors.addScaled(a[aAt + t * m + i], b, bAt + t * n, out, outAt + i * n, n);
            }
        });
    }
}
