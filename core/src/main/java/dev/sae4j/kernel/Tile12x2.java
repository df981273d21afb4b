package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// 12 rows by 2 vectors: 24 sums, for machines with 32 registers (512 bits).
final class Tile12x2 extends Tile {
    private static final int ROWS = 12;
    private static final int COLUMNS = 2 * LANES;

    Tile12x2() {
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
        FloatVector c6a = zero;
        FloatVector c6b = zero;
        FloatVector c7a = zero;
        FloatVector c7b = zero;
        FloatVector c8a = zero;
        FloatVector c8b = zero;
        FloatVector c9a = zero;
        FloatVector c9b = zero;
        FloatVector c10a = zero;
        FloatVector c10b = zero;
        FloatVector c11a = zero;
        FloatVector c11b = zero;
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
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ak + 6]);
            c6a = a6.fma(ba, c6a);
            c6b = a6.fma(bb, c6b);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ak + 7]);
            c7a = a7.fma(ba, c7a);
            c7b = a7.fma(bb, c7b);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ak + 8]);
            c8a = a8.fma(ba, c8a);
            c8b = a8.fma(bb, c8b);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ak + 9]);
            c9a = a9.fma(ba, c9a);
            c9b = a9.fma(bb, c9b);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ak + 10]);
            c10a = a10.fma(ba, c10a);
            c10b = a10.fma(bb, c10b);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ak + 11]);
            c11a = a11.fma(ba, c11a);
            c11b = a11.fma(bb, c11b);
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
        c6a.intoArray(c, 6 * COLUMNS);
        c6b.intoArray(c, 6 * COLUMNS + LANES);
        c7a.intoArray(c, 7 * COLUMNS);
        c7b.intoArray(c, 7 * COLUMNS + LANES);
        c8a.intoArray(c, 8 * COLUMNS);
        c8b.intoArray(c, 8 * COLUMNS + LANES);
        c9a.intoArray(c, 9 * COLUMNS);
        c9b.intoArray(c, 9 * COLUMNS + LANES);
        c10a.intoArray(c, 10 * COLUMNS);
        c10b.intoArray(c, 10 * COLUMNS + LANES);
        c11a.intoArray(c, 11 * COLUMNS);
        c11b.intoArray(c, 11 * COLUMNS + LANES);
    }
}
