package dev.sae4j.train;

import dev.sae4j.train.engine.Resampler;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;

/// Draws rows without replacement, with probabilities proportional to weights: the rows with the
/// largest `log(u)/weight` (Efraimidis and Spirakis 2006).
final class WeightedDraw implements Resampler.Draw {
    private final long seed;
    private final long step;

    /// @param step makes each draw of a run another one
    WeightedDraw(long seed, long step) {
        this.seed = seed;
        this.step = step;
    }

    @Override
    public int[] rows(double[] weights, int n) {
        var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + step);
        record Key(int row, double key) {}
        var keys = new Key[weights.length];
        for (int r = 0; r < keys.length; r++) {
            double u = 1 - random.nextDouble();
            keys[r] = new Key(r, weights[r] > 0 ? Math.log(u) / weights[r] : -1e300 - r);
        }
        Arrays.sort(keys, Comparator.comparingDouble(k -> -k.key()));
        return Arrays.stream(keys).limit(n).mapToInt(Key::row).toArray();
    }
}
