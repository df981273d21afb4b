package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SigmoidsTest {
    @Test
    void tanhIsExactToSomeBitsOfAFloat() {
        for (float x = -12; x <= 12; x += 0.0371f) {
            close(Sigmoids.tanh(x), Math.tanh(x));
            close(Sigmoids.tanh(x * 1e-4f), Math.tanh(x * 1e-4f));
        }
        close(Sigmoids.tanh(Float.POSITIVE_INFINITY), 1);
        assertThat(Sigmoids.tanh(Float.NaN)).isNaN();
    }

    @Test
    void erfIsExactToSomeBitsOfAFloat() {
        for (float x = -5; x <= 5; x += 0.0171f) {
            close(Sigmoids.erf(x), ScalarDecoder.erf(x));
            close(Sigmoids.erf(x * 1e-4f), ScalarDecoder.erf(x * 1e-4f));
        }
        close(Sigmoids.erf(Float.NEGATIVE_INFINITY), -1);
        assertThat(Sigmoids.erf(Float.NaN)).isNaN();
    }

    @Test
    void vectorsGiveTheBitsOfScalars() {
        float[] x = new float[Tile.LANES];
        for (float from = -10; from < 10; from += 0.7f) {
            for (int i = 0; i < x.length; i++) {
                x[i] = from + i * 0.043f;
            }
            FloatVector v = FloatVector.fromArray(Tile.SPECIES, x, 0);
            for (int i = 0; i < x.length; i++) {
                assertThat(Sigmoids.tanh(v).lane(i)).isEqualTo(Sigmoids.tanh(x[i]));
                assertThat(Sigmoids.erf(v).lane(i)).isEqualTo(Sigmoids.erf(x[i]));
            }
        }
    }

    @Test
    void activationsAgreeWithTheirDefinitions() {
        for (MlpActivation activation : MlpActivation.values()) {
            DoubleUnaryOperator twin = x -> ScalarDecoder.activation(activation, x);
            float[] x = new float[1001];
            for (int i = 0; i < x.length; i++) {
                x[i] = (i - 500) * 0.02f;
            }
            float[] got = x.clone();
            activation.apply(got, 0, got.length);
            for (int i = 0; i < x.length; i++) {
                assertThat((double) got[i])
                        .as("%s(%s)", activation, x[i])
                        .isCloseTo(twin.applyAsDouble(x[i]), within(2e-6));
            }
        }
    }

    @Test
    void softCapLeavesSmallValuesAndHoldsLargeOnes() {
        float[] x = {1e-3f, -1e-3f, 1e9f, -1e9f, 25f, Float.NaN, 7f, 1f, 2f, 3f, 4f};
        float[] got = x.clone();
        SoftCap.apply(50f, got, 0, got.length);
        assertThat(got[0]).isCloseTo(1e-3f, within(1e-9f));
        close(got[2], 50);
        close(got[3], -50);
        assertThat((double) got[4]).isCloseTo(50 * Math.tanh(0.5), within(1e-5));
        assertThat(got[5]).isNaN();
        float[] untouched = x.clone();
        SoftCap.apply(0f, untouched, 0, untouched.length);
        assertThat(untouched).isEqualTo(x);
    }

    private static void close(float got, double wanted) {
        assertThat((double) got).isCloseTo(wanted, within(5e-7 * Math.abs(wanted)));
    }
}
