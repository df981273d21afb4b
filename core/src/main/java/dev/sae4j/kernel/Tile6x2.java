package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// 6 rows by 2 vectors: 12 sums, the textbook shape; C2 spills it at 256 bits.
final class Tile6x2 extends Tile {
    private static final int ROWS = 6;
    private static final int COLUMNS = 2 * LANES;

    Tile6x2() {
        super(ROWS, 2);
    }

    @Override
    void extend(
            int depth,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            float[] from,
            int fromAt,
            float[] c,
            int cAt) {
        FloatVector c0a = load(from, fromAt);
        FloatVector c0b = load(from, fromAt + LANES);
        FloatVector c1a = load(from, fromAt + COLUMNS);
        FloatVector c1b = load(from, fromAt + COLUMNS + LANES);
        FloatVector c2a = load(from, fromAt + 2 * COLUMNS);
        FloatVector c2b = load(from, fromAt + 2 * COLUMNS + LANES);
        FloatVector c3a = load(from, fromAt + 3 * COLUMNS);
        FloatVector c3b = load(from, fromAt + 3 * COLUMNS + LANES);
        FloatVector c4a = load(from, fromAt + 4 * COLUMNS);
        FloatVector c4b = load(from, fromAt + 4 * COLUMNS + LANES);
        FloatVector c5a = load(from, fromAt + 5 * COLUMNS);
        FloatVector c5b = load(from, fromAt + 5 * COLUMNS + LANES);
        for (int k = 0; k < depth; k++) {
            int ak = aAt + k * ROWS;
            int bk = bAt + k * COLUMNS;
            FloatVector ba = FloatVector.fromArray(SPECIES, b, bk);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, bk + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ak]);
            c0a = a0.fma(ba, c0a);
            c0b = a0.fma(bb, c0b);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ak + 1]);
            c1a = a1.fma(ba, c1a);
            c1b = a1.fma(bb, c1b);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ak + 2]);
            c2a = a2.fma(ba, c2a);
            c2b = a2.fma(bb, c2b);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ak + 3]);
            c3a = a3.fma(ba, c3a);
            c3b = a3.fma(bb, c3b);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ak + 4]);
            c4a = a4.fma(ba, c4a);
            c4b = a4.fma(bb, c4b);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ak + 5]);
            c5a = a5.fma(ba, c5a);
            c5b = a5.fma(bb, c5b);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + LANES);
        c1a.intoArray(c, cAt + COLUMNS);
        c1b.intoArray(c, cAt + COLUMNS + LANES);
        c2a.intoArray(c, cAt + 2 * COLUMNS);
        c2b.intoArray(c, cAt + 2 * COLUMNS + LANES);
        c3a.intoArray(c, cAt + 3 * COLUMNS);
        c3b.intoArray(c, cAt + 3 * COLUMNS + LANES);
        c4a.intoArray(c, cAt + 4 * COLUMNS);
        c4b.intoArray(c, cAt + 4 * COLUMNS + LANES);
        c5a.intoArray(c, cAt + 5 * COLUMNS);
        c5b.intoArray(c, cAt + 5 * COLUMNS + LANES);
    }
}
