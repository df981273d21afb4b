package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.testing.Gen;
import org.junit.jupiter.api.Test;

class VectorsTest {
    @Test
    void dotProductsEqualTheScalarTwin() {
        Gen.forAll(
                60,
                random -> {
                    int n = random.nextInt(140);
                    float[] a = Gen.gaussians(random, n + 3);
                    float[] b = Gen.gaussians(random, n + 60);
                    double tolerance = 1e-6 * (n + 1); // n roundings of terms of size about 1
                    assertThat((double) Vectors.dot(a, 3, b, 2, n))
                            .isCloseTo(Scalar.dot(a, 3, b, 2, n), within(tolerance));
                    float[] four = new float[6];
                    Vectors.dot4(a, 3, b, 0, 7, 20, 50, n, four, 1);
                    int[] starts = {0, 7, 20, 50};
                    for (int i = 0; i < 4; i++) {
                        assertThat((double) four[1 + i])
                                .isCloseTo(Scalar.dot(a, 3, b, starts[i], n), within(tolerance));
                    }
                    assertThat(four[0]).isZero();
                    assertThat(four[5]).isZero();
                });
    }

    @Test
    void sumsOfScaledRowsEqualTheScalarTwin() {
        Gen.forAll(
                60,
                random -> {
                    int n = random.nextInt(90);
                    float[] x = Gen.gaussians(random, n + 40);
                    float[] scale = Gen.gaussians(random, 6);
                    float[] expected = Gen.gaussians(random, n + 9);
                    float[] found = expected.clone();
                    int[] starts = {0, 5, 17, 40};
                    Vectors.addScaled4(scale, 2, x, 0, 5, 17, 40, found, 4, n);
                    for (int i = 0; i < 4; i++) {
                        Scalar.addScaled(scale[2 + i], x, starts[i], expected, 4, n);
                    }
                    assertThat(found).isEqualTo(expected); // same operations, same order
                    Vectors.addScaled(scale[0], x, 11, found, 4, n);
                    Scalar.addScaled(scale[0], x, 11, expected, 4, n);
                    assertThat(found).isEqualTo(expected);
                });
    }

    @Test
    void sumsOverListsOfRowsEqualTheScalarTwin() {
        Gen.forAll(
                60,
                random -> {
                    int width = 1 + random.nextInt(90);
                    int n = random.nextInt(30);
                    int[] rows = random.ints(n + 3, 0, 12).toArray();
                    float[] x = Gen.gaussians(random, 12 * width);
                    x[random.nextInt(x.length)] = Float.NaN;
                    float[] scale = Gen.gaussians(random, n + 3);
                    float[] expected = Gen.gaussians(random, width + 9);
                    float[] found = expected.clone();
                    Vectors.weightedRowSum(x, width, rows, scale, 2, n + 2, found, 4);
                    Scalar.weightedRowSum(x, width, rows, scale, 2, n + 2, expected, 4);
                    assertThat(found).isEqualTo(expected); // same operations, same order
                });
    }

    @Test
    void dotProductsWithListsOfRowsEqualTheScalarTwinWhateverTheNeighbours() {
        Gen.forAll(
                60,
                random -> {
                    int width = 1 + random.nextInt(90);
                    int n = random.nextInt(30);
                    int[] rows = random.ints(n + 3, 0, 12).toArray();
                    float[] w = Gen.gaussians(random, 12 * width);
                    float[] a = Gen.gaussians(random, width + 5);
                    float[] all = new float[n + 3];
                    float[] one = new float[n + 3];
                    Vectors.dotRows(a, 5, w, rows, 2, n + 2, width, all);
                    for (int i = 2; i < n + 2; i++) {
                        Vectors.dotRows(a, 5, w, rows, i, i + 1, width, one);
                        double expected = Scalar.dot(a, 5, w, rows[i] * width, width);
                        // width roundings of terms of size about 1
                        assertThat((double) all[i]).isCloseTo(expected, within(1e-6 * (width + 1)));
                    }
                    assertThat(all).isEqualTo(one);
                });
    }

    @Test
    void findsASingleValueThatIsNotFinite() {
        Gen.forAll(
                60,
                random -> {
                    int n = 1 + random.nextInt(70);
                    float[] x = Gen.gaussians(random, n + 2);
                    x[0] = Float.NaN; // outside the stretch
                    x[n + 1] = Float.NaN;
                    assertThat(Vectors.allFinite(x, 1, n)).isTrue();
                    int bad = 1 + random.nextInt(n);
                    x[bad] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
                    assertThat(Vectors.allFinite(x, 1, n))
                            .isEqualTo(Scalar.allFinite(x, 1, n))
                            .isFalse();
                });
    }

    @Test
    void givesTheSameBitsBeforeAndAfterCompilation() {
        float[] a = Gen.gaussians(new java.util.SplittableRandom(1), 100);
        float cold = Vectors.dot(a, 0, a, 1, 99);
        float warm = cold;
        for (int i = 0; i < 100_000; i++) {
            warm = Vectors.dot(a, 0, a, 1, 99);
        }
        assertThat(warm).isEqualTo(cold);
    }
}
