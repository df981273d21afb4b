package dev.sae4j.kernel;

import jdk.incubator.vector.FloatVector;

/// Rotary position embedding: the pair `(i, i + size / 2)` of the first `size` floats of a head is
/// turned by the angle `position * frequency[i]`; the rest of the head stays. Holds the cosines and
/// sines of positions `0 .. positions`.
public final class Rotary {
    /// Rows per piece of work.
    private static final int PIECE = 64;

    private final int headDim;
    private final int half;
    private final int positions;
    private final float[] cos; // [positions, half]
    private final float[] sin; // [positions, half]

    private Rotary(int headDim, int half, int positions, float[] cos, float[] sin) {
        this.headDim = headDim;
        this.half = half;
        this.positions = positions;
        this.cos = cos;
        this.sin = sin;
    }

    /// Tables for `positions` positions.
    ///
    /// @param frequencies `[size / 2]`, radians per position
    /// @param amplitude what cosines and sines are multiplied by, 1 for a plain rotation
    /// @param headDim floats of a head, at least `size`
    public static Rotary of(double[] frequencies, double amplitude, int headDim, int positions) {
        int half = frequencies.length;
        float[] cos = new float[Math.multiplyExact(positions, half)];
        float[] sin = new float[cos.length];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < half; i++) {
                double angle = p * frequencies[i];
                cos[p * half + i] = (float) (amplitude * Math.cos(angle));
                sin[p * half + i] = (float) (amplitude * Math.sin(angle));
            }
        }
        return new Rotary(headDim, half, positions, cos, sin);
    }

    /// Positions that the tables cover.
    public int positions() {
        return positions;
    }

    /// Turns the first `heads` heads of each row in place.
    ///
    /// @param x rows of `stride` floats, heads of `headDim` floats at the front
    /// @param position `[rows]`, position of each row
    public void apply(Workers workers, float[] x, int stride, int heads, int[] position) {
        int rows = position.length;
        workers.forEach(
                Math.ceilDiv(rows, PIECE),
                piece -> {
                    int end = Math.min(rows, (piece + 1) * PIECE);
                    for (int row = piece * PIECE; row < end; row++) {
                        for (int h = 0; h < heads; h++) {
                            turn(x, row * stride + h * headDim, position[row] * half);
                        }
                    }
                });
    }

    private void turn(float[] x, int at, int table) {
        int i = 0;
        for (; i + Tile.LANES <= half; i += Tile.LANES) {
            FloatVector a = FloatVector.fromArray(Tile.SPECIES, x, at + i);
            FloatVector b = FloatVector.fromArray(Tile.SPECIES, x, at + half + i);
            FloatVector c = FloatVector.fromArray(Tile.SPECIES, cos, table + i);
            FloatVector s = FloatVector.fromArray(Tile.SPECIES, sin, table + i);
            a.mul(c).sub(b.mul(s)).intoArray(x, at + i);
            b.mul(c).add(a.mul(s)).intoArray(x, at + half + i);
        }
        for (; i < half; i++) {
            float a = x[at + i];
            float b = x[at + half + i];
            float c = cos[table + i];
            float s = sin[table + i];
            x[at + i] = a * c - b * s;
            x[at + half + i] = b * c + a * s;
        }
    }
}
