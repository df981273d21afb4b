package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// 2 rows by 6 vectors: 12 sums, for machines with 16 registers (256 bits and below).
final class Tile2x6 extends Tile {
    private static final int ROWS = 2;
    private static final int COLUMNS = 6 * LANES;

    Tile2x6() {
        super(ROWS, 6);
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
        FloatVector c0d = load(from, fromAt + 3 * LANES);
        FloatVector c0e = load(from, fromAt + 4 * LANES);
        FloatVector c0f = load(from, fromAt + 5 * LANES);
        FloatVector c1a = load(from, fromAt + COLUMNS);
        FloatVector c1b = load(from, fromAt + COLUMNS + LANES);
        FloatVector c1c = load(from, fromAt + COLUMNS + 2 * LANES);
        FloatVector c1d = load(from, fromAt + COLUMNS + 3 * LANES);
        FloatVector c1e = load(from, fromAt + COLUMNS + 4 * LANES);
        FloatVector c1f = load(from, fromAt + COLUMNS + 5 * LANES);
        for (int k = 0; k < depth; k++) {
            int ak = aAt + k * ROWS;
            int bk = bAt + k * COLUMNS;
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ak]);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ak + 1]);
            FloatVector ba = FloatVector.fromArray(SPECIES, b, bk);
            c0a = a0.fma(ba, c0a);
            c1a = a1.fma(ba, c1a);
            FloatVector bb = FloatVector.fromArray(SPECIES, b, bk + LANES);
            c0b = a0.fma(bb, c0b);
            c1b = a1.fma(bb, c1b);
            FloatVector bc = FloatVector.fromArray(SPECIES, b, bk + 2 * LANES);
            c0c = a0.fma(bc, c0c);
            c1c = a1.fma(bc, c1c);
            FloatVector bd = FloatVector.fromArray(SPECIES, b, bk + 3 * LANES);
            c0d = a0.fma(bd, c0d);
            c1d = a1.fma(bd, c1d);
            FloatVector be = FloatVector.fromArray(SPECIES, b, bk + 4 * LANES);
            c0e = a0.fma(be, c0e);
            c1e = a1.fma(be, c1e);
            FloatVector bf = FloatVector.fromArray(SPECIES, b, bk + 5 * LANES);
            c0f = a0.fma(bf, c0f);
            c1f = a1.fma(bf, c1f);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + LANES);
        c0c.intoArray(c, cAt + 2 * LANES);
        c0d.intoArray(c, cAt + 3 * LANES);
        c0e.intoArray(c, cAt + 4 * LANES);
        c0f.intoArray(c, cAt + 5 * LANES);
        c1a.intoArray(c, cAt + COLUMNS);
        c1b.intoArray(c, cAt + COLUMNS + LANES);
        c1c.intoArray(c, cAt + COLUMNS + 2 * LANES);
        c1d.intoArray(c, cAt + COLUMNS + 3 * LANES);
        c1e.intoArray(c, cAt + COLUMNS + 4 * LANES);
        c1f.intoArray(c, cAt + COLUMNS + 5 * LANES);
    }
}
