package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.PackedMatrix;
import org.jspecify.annotations.Nullable;

/// A linear layer where it lies in the files, or some of its outputs.
///
/// @param weight `[stored outputs, inputs]`, or `[inputs, stored outputs]` if `inOut`
/// @param bias `[stored outputs]`, null for none
/// @param inOut true if a column of the tensor is an output
/// @param outputs how many of the outputs these are
/// @param order where each of them stands
record Projection(Tensor weight, @Nullable Tensor bias, boolean inOut, int outputs, Order order)
        implements PackedMatrix.RowSource {

    /// Says which stored output is output `i`.
    interface Order {
        int stored(int i);
    }

    /// Length of a row.
    int inputs() {
        return inOut ? weight.rows() : weight.columns();
    }

    /// As many outputs from `first` on.
    Projection part(int first, int count) {
        return new Projection(weight, bias, inOut, count, i -> order.stored(first + i));
    }

    /// The outputs in another order.
    Projection inOrder(Order other) {
        return new Projection(weight, bias, inOut, outputs, other);
    }

    /// `[outputs]`, null for none.
    float @Nullable [] biasValues() {
        if (bias == null) {
            return null;
        }
        float[] stored = bias.toFloats();
        float[] values = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            values[i] = stored[order.stored(i)];
        }
        return values;
    }

    StoredMatrix stored(PackedRoom room) {
        return new StoredMatrix(outputs, inputs(), this, room);
    }

    @Override
    public void read(int row, float[] target, int at) {
        int stored = order.stored(row);
        int inputs = inputs();
        if (!inOut) {
            weight.copyTo((long) stored * inputs, target, at, inputs);
            return;
        }
        for (int i = 0; i < inputs; i++) {
            weight.copyTo((long) i * weight.columns() + stored, target, at + i, 1);
        }
    }

    @Override
    public void read(int first, int count, int depth, float[] target, int at) {
        int stored = count == 0 ? 0 : order.stored(first);
        if (!isRun(first, count)) {
            PackedMatrix.RowSource.super.read(first, count, depth, target, at);
        } else if (!inOut) {
            weight.copyTo((long) stored * depth, target, at, count * depth);
        } else {
            float[] column = new float[count];
            for (int k = 0; k < depth; k++) {
                weight.copyTo((long) k * weight.columns() + stored, column, 0, count);
                for (int i = 0; i < count; i++) {
                    target[at + i * depth + k] = column[i];
                }
            }
        }
    }

    /// True if these outputs stand one behind the other in the file.
    private boolean isRun(int first, int count) {
        for (int i = 1; i < count; i++) {
            if (order.stored(first + i) != order.stored(first) + i) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void readPanel(int first, int count, int depth, float[] panel, int stride) {
        int stored = order.stored(first);
        if (!inOut || !isRun(first, count)) {
            PackedMatrix.RowSource.super.readPanel(first, count, depth, panel, stride);
            return;
        }
        for (int i = 0; i < depth; i++) {
            weight.copyTo((long) i * weight.columns() + stored, panel, i * stride, count);
        }
    }
}
