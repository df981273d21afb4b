package dev.sae4j.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Measures every register tile on one thread, on panels that stay in cache.
public final class TileBench {
    private static final int DEPTH = 576;
    private static final int ROWS = 96;
    private static final int COLUMNS = 2304;
    private static final int ROUNDS = 30;

    private TileBench() {}

    /// @param tile `rows x columns` of sums in registers
    /// @param flops FLOP/s, the best of several rounds
    /// @param used true for the shape that products use on this machine
    public record Speed(String tile, double flops, boolean used) {}

    /// All shapes.
    public static List<Speed> measure() {
        List<Speed> all = new ArrayList<>();
        for (Tile tile : List.of(new Tile12x2(), new Tile8x3(), new Tile2x6(), new Tile6x2())) {
            boolean used = tile.getClass() == Gemm.TILE.getClass();
            all.add(new Speed(tile.toString(), speed(tile), used));
        }
        return all;
    }

    private static double speed(Tile tile) {
        int strips = ROWS / tile.rows();
        int panels = COLUMNS / tile.columns();
        var random = new SplittableRandom(1);
        float[] a = uniform(random, strips * tile.rows() * DEPTH);
        float[] b = uniform(random, panels * tile.columns() * DEPTH);
        float[] c = new float[tile.rows() * tile.columns()];
        double flops = 2.0 * strips * tile.rows() * panels * tile.columns() * DEPTH;
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long began = System.nanoTime();
            for (int p = 0; p < panels; p++) {
                for (int s = 0; s < strips; s++) {
                    int at = s * tile.rows() * DEPTH;
                    tile.multiply(DEPTH, a, at, b, p * tile.columns() * DEPTH, c);
                }
            }
            best = Math.max(best, flops / ((System.nanoTime() - began) / 1e9));
        }
        return best;
    }

    private static float[] uniform(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble();
        }
        return x;
    }
}
