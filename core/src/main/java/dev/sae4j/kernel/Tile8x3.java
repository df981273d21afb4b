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
        FloatVector c0c = load(from, fromAt + 2 * LANES);
        FloatVector c1a = load(from, fromAt + COLUMNS);
        FloatVector c1b = load(from, fromAt + COLUMNS + LANES);
        FloatVector c1c = load(from, fromAt + COLUMNS + 2 * LANES);
        FloatVector c2a = load(from, fromAt + 2 * COLUMNS);
        FloatVector c2b = load(from, fromAt + 2 * COLUMNS + LANES);
        FloatVector c2c = load(from, fromAt + 2 * COLUMNS + 2 * LANES);
        FloatVector c3a = load(from, fromAt + 3 * COLUMNS);
        FloatVector c3b = load(from, fromAt + 3 * COLUMNS + LANES);
        FloatVector c3c = load(from, fromAt + 3 * COLUMNS + 2 * LANES);
        FloatVector c4a = load(from, fromAt + 4 * COLUMNS);
        FloatVector c4b = load(from, fromAt + 4 * COLUMNS + LANES);
        FloatVector c4c = load(from, fromAt + 4 * COLUMNS + 2 * LANES);
        FloatVector c5a = load(from, fromAt + 5 * COLUMNS);
        FloatVector c5b = load(from, fromAt + 5 * COLUMNS + LANES);
        FloatVector c5c = load(from, fromAt + 5 * COLUMNS + 2 * LANES);
        FloatVector c6a = load(from, fromAt + 6 * COLUMNS);
        FloatVector c6b = load(from, fromAt + 6 * COLUMNS + LANES);
        FloatVector c6c = load(from, fromAt + 6 * COLUMNS + 2 * LANES);
        FloatVector c7a = load(from, fromAt + 7 * COLUMNS);
        FloatVector c7b = load(from, fromAt + 7 * COLUMNS + LANES);
        FloatVector c7c = load(from, fromAt + 7 * COLUMNS + 2 * LANES);
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
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + LANES);
        c0c.intoArray(c, cAt + 2 * LANES);
        c1a.intoArray(c, cAt + COLUMNS);
        c1b.intoArray(c, cAt + COLUMNS + LANES);
        c1c.intoArray(c, cAt + COLUMNS + 2 * LANES);
        c2a.intoArray(c, cAt + 2 * COLUMNS);
        c2b.intoArray(c, cAt + 2 * COLUMNS + LANES);
        c2c.intoArray(c, cAt + 2 * COLUMNS + 2 * LANES);
        c3a.intoArray(c, cAt + 3 * COLUMNS);
        c3b.intoArray(c, cAt + 3 * COLUMNS + LANES);
        c3c.intoArray(c, cAt + 3 * COLUMNS + 2 * LANES);
        c4a.intoArray(c, cAt + 4 * COLUMNS);
        c4b.intoArray(c, cAt + 4 * COLUMNS + LANES);
        c4c.intoArray(c, cAt + 4 * COLUMNS + 2 * LANES);
        c5a.intoArray(c, cAt + 5 * COLUMNS);
        c5b.intoArray(c, cAt + 5 * COLUMNS + LANES);
        c5c.intoArray(c, cAt + 5 * COLUMNS + 2 * LANES);
        c6a.intoArray(c, cAt + 6 * COLUMNS);
        c6b.intoArray(c, cAt + 6 * COLUMNS + LANES);
        c6c.intoArray(c, cAt + 6 * COLUMNS + 2 * LANES);
        c7a.intoArray(c, cAt + 7 * COLUMNS);
        c7b.intoArray(c, cAt + 7 * COLUMNS + LANES);
        c7c.intoArray(c, cAt + 7 * COLUMNS + 2 * LANES);
    }
}
