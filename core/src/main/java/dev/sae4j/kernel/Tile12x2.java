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
        FloatVector c6a = load(from, fromAt + 6 * COLUMNS);
        FloatVector c6b = load(from, fromAt + 6 * COLUMNS + LANES);
        FloatVector c7a = load(from, fromAt + 7 * COLUMNS);
        FloatVector c7b = load(from, fromAt + 7 * COLUMNS + LANES);
        FloatVector c8a = load(from, fromAt + 8 * COLUMNS);
        FloatVector c8b = load(from, fromAt + 8 * COLUMNS + LANES);
        FloatVector c9a = load(from, fromAt + 9 * COLUMNS);
        FloatVector c9b = load(from, fromAt + 9 * COLUMNS + LANES);
        FloatVector c10a = load(from, fromAt + 10 * COLUMNS);
        FloatVector c10b = load(from, fromAt + 10 * COLUMNS + LANES);
        FloatVector c11a = load(from, fromAt + 11 * COLUMNS);
        FloatVector c11b = load(from, fromAt + 11 * COLUMNS + LANES);
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
        c6a.intoArray(c, cAt + 6 * COLUMNS);
        c6b.intoArray(c, cAt + 6 * COLUMNS + LANES);
        c7a.intoArray(c, cAt + 7 * COLUMNS);
        c7b.intoArray(c, cAt + 7 * COLUMNS + LANES);
        c8a.intoArray(c, cAt + 8 * COLUMNS);
        c8b.intoArray(c, cAt + 8 * COLUMNS + LANES);
        c9a.intoArray(c, cAt + 9 * COLUMNS);
        c9b.intoArray(c, cAt + 9 * COLUMNS + LANES);
        c10a.intoArray(c, cAt + 10 * COLUMNS);
        c10b.intoArray(c, cAt + 10 * COLUMNS + LANES);
        c11a.intoArray(c, cAt + 11 * COLUMNS);
        c11b.intoArray(c, cAt + 11 * COLUMNS + LANES);
    }
}
