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
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector c0a = zero;
        FloatVector c0b = zero;
        FloatVector c1a = zero;
        FloatVector c1b = zero;
        FloatVector c2a = zero;
        FloatVector c2b = zero;
        FloatVector c3a = zero;
        FloatVector c3b = zero;
        FloatVector c4a = zero;
        FloatVector c4b = zero;
        FloatVector c5a = zero;
        FloatVector c5b = zero;
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
        c0a.intoArray(c, 0);
        c0b.intoArray(c, LANES);
        c1a.intoArray(c, COLUMNS);
        c1b.intoArray(c, COLUMNS + LANES);
        c2a.intoArray(c, 2 * COLUMNS);
        c2b.intoArray(c, 2 * COLUMNS + LANES);
        c3a.intoArray(c, 3 * COLUMNS);
        c3b.intoArray(c, 3 * COLUMNS + LANES);
        c4a.intoArray(c, 4 * COLUMNS);
        c4b.intoArray(c, 4 * COLUMNS + LANES);
        c5a.intoArray(c, 5 * COLUMNS);
        c5b.intoArray(c, 5 * COLUMNS + LANES);
    }
}
