package dev.sae4j.train.state;

import java.nio.file.Path;
import java.util.Arrays;

/// A process that saves states as fast as it can until it is killed. Everything in the state of step
/// n follows from n.
final class SavingChild {
    static final int FLOATS = 200_000;

    private SavingChild() {}

    /// @param args the folder of states
    public static void main(String[] args) throws Exception {
        var folder = StateFolder.of(Path.of(args[0]));
        long step;
        try (SavedState saved =
                folder.latest(
                                warning -> {
                                    throw new AssertionError(warning);
                                })
                        .orElse(null)) {
            step = saved == null ? 0 : stepOf(saved);
        }
        while (true) {
            folder.save(state(++step));
            System.out.write('\n'); // tells the parent that a state was saved
            System.out.flush();
        }
    }

    private static TrainingState state(long step) {
        float[] floats = new float[FLOATS];
        Arrays.fill(floats, (float) step);
        return new TrainingState(step)
                .floats("floats", floats)
                .longs("longs", new long[] {step, -step})
                .doubles("doubles", new double[] {Double.NaN, 1.0 / step})
                .fact("position", 7 * step);
    }

    /// The step of a state, after comparing all that it holds with what it should hold.
    static long stepOf(SavedState saved) {
        long step = saved.step();
        float[] floats = new float[FLOATS];
        saved.readInto("floats", floats);
        for (float value : floats) {
            check(value == (float) step, "floats");
        }
        long[] longs = new long[2];
        saved.readInto("longs", longs);
        check(Arrays.equals(longs, new long[] {step, -step}), "longs");
        double[] doubles = new double[2];
        saved.readInto("doubles", doubles);
        check(Arrays.equals(doubles, new double[] {Double.NaN, 1.0 / step}), "doubles");
        check(saved.facts().path("position").asLong() == 7 * step, "position");
        return step;
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new AssertionError("the state holds " + what + " of another step");
        }
    }
}
