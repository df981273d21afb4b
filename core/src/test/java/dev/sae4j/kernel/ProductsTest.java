package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProductsTest {

    @Test
    void allThreeFormsEqualTheirScalarTwins() {
        Gen.forAll(
                40,
                random -> {
                    int m = 1 + random.nextInt(70);
                    int n = 1 + random.nextInt(120);
                    int k = 1 + random.nextInt(60);
                    float[] a = Gen.gaussians(random, m * k + 3);
                    float[] b = Gen.gaussians(random, n * k + 5);
                    float[] before = Gen.gaussians(random, m * n + 4);
                    if (random.nextInt(4) == 0) {
                        a[3 + random.nextInt(m * k)] = Float.NaN;
                        b[5 + random.nextInt(n * k)] = Float.POSITIVE_INFINITY;
                    }
                    try (var workers = Workers.of(1 + random.nextInt(3))) {
                        float[] found = before.clone();
                        Products.timesTransposed(workers, a, 3, m, b, 5, n, k, found, 2);
                        float[] expected = before.clone();
                        Scalar.timesTransposed(a, 3, m, b, 5, n, k, expected, 2);
                        assertThat(found).isEqualTo(expected); // same operations, same order
                        Products.addProduct(workers, a, 3, m, b, 5, n, k, found, 2);
                        Scalar.addProduct(a, 3, m, b, 5, n, k, expected, 2);
                        assertThat(found).isEqualTo(expected);
                        Products.addTransposedProduct(workers, a, 3, m, b, 5, n, k, found, 2);
                        Scalar.addTransposedProduct(a, 3, m, b, 5, n, k, expected, 2);
                        assertThat(found).isEqualTo(expected);
                    }
                });
    }

    @Test
    void depthsOfSeveralStretchesKeepTheOrderOfTheSum() {
        var random = new SplittableRandom(3);
        int m = 30;
        int n = 50;
        int k = 1931; // a prime: the last stretch is shorter than the others
        float[] a = Gen.gaussians(random, m * k);
        float[] b = Gen.gaussians(random, n * k);
        float[] found = new float[m * n];
        float[] expected = new float[m * n];
        try (var workers = Workers.of(2)) {
            Products.timesTransposed(workers, a, 0, m, b, 0, n, k, found, 0);
            Scalar.timesTransposed(a, 0, m, b, 0, n, k, expected, 0);
            assertThat(found).isEqualTo(expected);
            Products.addTransposedProduct(workers, a, 0, m, b, 0, n, k, found, 0);
            Scalar.addTransposedProduct(a, 0, m, b, 0, n, k, expected, 0);
            assertThat(found).isEqualTo(expected);
        }
    }
}
