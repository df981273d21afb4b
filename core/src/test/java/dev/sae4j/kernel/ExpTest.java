package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class ExpTest {
    @Test
    void isWithinTwoTenMillionthsOverItsRange() {
        var random = new SplittableRandom(1);
        double worst = 0;
        for (int i = 0; i < 200_000; i++) {
            float x = (float) random.nextDouble(-87, 88);
            double exact = Math.exp(x);
            worst = Math.max(worst, Math.abs(Exp.of(x) - exact) / exact);
        }
        assertThat(worst).isLessThan(2e-7);
    }

    @Test
    void vectorsGiveTheBitsOfTheTwin() {
        float[] special = {
            0f,
            -0f,
            1f,
            -1f,
            88.29f,
            88.31f,
            500f,
            -87.29f,
            -87.31f,
            -500f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            Float.MAX_VALUE,
            -Float.MAX_VALUE
        };
        var random = new SplittableRandom(2);
        float[] x = new float[4096];
        for (int i = 0; i < x.length; i++) {
            x[i] = i < special.length ? special[i] : (float) random.nextDouble(-90, 90);
        }
        float[] got = new float[x.length];
        for (int i = 0; i < x.length; i += Tile.LANES) {
            Exp.of(FloatVector.fromArray(Tile.SPECIES, x, i)).intoArray(got, i);
        }
        for (int i = 0; i < x.length; i++) {
            assertThat(Float.compare(got[i], Exp.of(x[i]))).as("exp(%s)", x[i]).isZero();
        }
    }

    @Test
    void endsAreZeroInfinityAndNaN() {
        assertThat(Exp.of(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Exp.of(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(Exp.of(Float.NaN)).isNaN();
        assertThat(Exp.of(0f)).isEqualTo(1f);
    }
}
