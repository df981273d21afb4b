package dev.sae4j.sae;

/// stub
public final class CodesBuffer {
    int rows;
    int size;
    int[] rowStart = new int[1];
    int[] feature = new int[0];
    float[] value = new float[0];

    public int rows() {
        return rows;
    }

    public int size() {
        return size;
    }

    public int[] rowStart() {
        return rowStart;
    }

    public int[] feature() {
        return feature;
    }

    public float[] value() {
        return value;
    }
}
