package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// 8 rows by 3 vectors: 24 sums; kept to be measured against [Tile12x2].
final class Tile8x3 extends Tile {
    private static final int ROWS = 8;
    private static final int COLUMNS = 3 * LANES;

    Tile8x3() {
        super(ROWS, 3);
    }

    @Override
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector c0a = zero;
        FloatVector c0b = zero;
        FloatVector c0c = zero;
        FloatVector c1a = zero;
        FloatVector c1b = zero;
        FloatVector c1c = zero;
        FloatVector c2a = zero;
        FloatVector c2b = zero;
        FloatVector c2c = zero;
        FloatVector c3a = zero;
        FloatVector c3b = zero;
        FloatVector c3c = zero;
        FloatVector c4a = zero;
        FloatVector c4b = zero;
        FloatVector c4c = zero;
        FloatVector c5a = zero;
        FloatVector c5b = zero;
        FloatVector c5c = zero;
        FloatVector c6a = zero;
        FloatVector c6b = zero;
        FloatVector c6c = zero;
        FloatVector c7a = zero;
        FloatVector c7b = zero;
        FloatVector c7c = zero;
        for (int k = 0; k < depth; k++) {
            int ak = aAt + k * ROWS;
            int bk = bAt + k * COLUMNS;
            FloatVector ba = FloatVector.fromArray(SPECIES, b, bk);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, bk + LANES);
            FloatVector bc = FloatVector.fromArray(SPECIES, b, bk + 2 * LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ak]);
            c0a = a0.fma(ba, c0a);
            c0b = a0.fma(bb, c0b);
            c0c = a0.fma(bc, c0c);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ak + 1]);
            c1a = a1.fma(ba, c1a);
            c1b = a1.fma(bb, c1b);
            c1c = a1.fma(bc, c1c);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ak + 2]);
            c2a = a2.fma(ba, c2a);
            c2b = a2.fma(bb, c2b);
            c2c = a2.fma(bc, c2c);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ak + 3]);
            c3a = a3.fma(ba, c3a);
            c3b = a3.fma(bb, c3b);
            c3c = a3.fma(bc, c3c);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ak + 4]);
            c4a = a4.fma(ba, c4a);
            c4b = a4.fma(bb, c4b);
            c4c = a4.fma(bc, c4c);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ak + 5]);
            c5a = a5.fma(ba, c5a);
            c5b = a5.fma(bb, c5b);
            c5c = a5.fma(bc, c5c);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ak + 6]);
            c6a = a6.fma(ba, c6a);
            c6b = a6.fma(bb, c6b);
            c6c = a6.fma(bc, c6c);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ak + 7]);
            c7a = a7.fma(ba, c7a);
            c7b = a7.fma(bb, c7b);
            c7c = a7.fma(bc, c7c);
        }
        c0a.intoArray(c, 0);
        c0b.intoArray(c, LANES);
        c0c.intoArray(c, 2 * LANES);
        c1a.intoArray(c, COLUMNS);
        c1b.intoArray(c, COLUMNS + LANES);
        c1c.intoArray(c, COLUMNS + 2 * LANES);
        c2a.intoArray(c, 2 * COLUMNS);
        c2b.intoArray(c, 2 * COLUMNS + LANES);
        c2c.intoArray(c, 2 * COLUMNS + 2 * LANES);
        c3a.intoArray(c, 3 * COLUMNS);
        c3b.intoArray(c, 3 * COLUMNS + LANES);
        c3c.intoArray(c, 3 * COLUMNS + 2 * LANES);
        c4a.intoArray(c, 4 * COLUMNS);
        c4b.intoArray(c, 4 * COLUMNS + LANES);
        c4c.intoArray(c, 4 * COLUMNS + 2 * LANES);
        c5a.intoArray(c, 5 * COLUMNS);
        c5b.intoArray(c, 5 * COLUMNS + LANES);
        c5c.intoArray(c, 5 * COLUMNS + 2 * LANES);
        c6a.intoArray(c, 6 * COLUMNS);
        c6b.intoArray(c, 6 * COLUMNS + LANES);
        c6c.intoArray(c, 6 * COLUMNS + 2 * LANES);
        c7a.intoArray(c, 7 * COLUMNS);
        c7b.intoArray(c, 7 * COLUMNS + LANES);
        c7c.intoArray(c, 7 * COLUMNS + 2 * LANES);
    }
}
