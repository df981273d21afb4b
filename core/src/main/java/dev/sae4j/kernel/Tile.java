package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The innermost loop of a matrix product: a block of `rows x columns` sums held in registers.
///
/// Which shape is fast depends on the number of vector registers (16 below 512 bits, 32 at 512) and
/// on what the JIT compiler manages not to spill; `sae4j bench tiles` measures them all.
abstract class Tile {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    private final int rows;
    private final int columns;
    private final float[] zeros;

    Tile(int rows, int vectors) {
        this.rows = rows;
        this.columns = vectors * LANES;
        this.zeros = new float[rows * columns];
    }

    /// The best measured shape for this machine's vector width.
    static Tile best() {
        return LANES >= 16 ? new Tile12x2() : new Tile2x6();
    }

    final int rows() {
        return rows;
    }

    final int columns() {
        return columns;
    }

    /// `[rows, columns]` zeros, what a sum goes on from at its first k; never written to.
    final float[] zeros() {
        return zeros;
    }

    /// `c[i, j] = sum over k of a[k, i] * b[k, j]`, k ascending.
    ///
    /// @param depth number of k
    /// @param a from `aAt`: `[depth, rows]`
    /// @param b from `bAt`: `[depth, columns]`
    /// @param c `[rows, columns]`, overwritten
    final void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] c) {
        extend(depth, a, aAt, b, bAt, zeros, 0, c, 0);
    }

    /// Goes on with sums that were left off at an earlier k: `c[i, j] = from[i, j] + sum over k of
    /// a[k, i] * b[k, j]`, term by term. A sum cut in stretches of k has the bits of one in a single
    /// run.
    ///
    /// @param from `[rows, columns]` from `fromAt`
    /// @param c `[rows, columns]` from `cAt`, overwritten; may be the same place
    abstract void extend(
            int depth,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            float[] from,
            int fromAt,
            float[] c,
            int cAt);

    static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    @Override
    public String toString() {
        return rows + "x" + columns;
    }
}
