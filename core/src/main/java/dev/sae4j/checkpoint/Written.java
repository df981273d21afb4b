package dev.sae4j.checkpoint;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.SaeWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Tensors for writing, made of weights: in either orientation, in the type asked for or in the one
/// that the weights have. A matrix is put together when its turn comes.
final class Written {
    /// Rows transposed at a time: one column of them is a cache line or more.
    private static final int BLOCK = 64;

    private final DType matrices;
    private final @Nullable DType asked;
    private final boolean each;

    private Written(DType matrices, @Nullable DType asked, boolean each) {
        this.matrices = matrices;
        this.asked = asked;
        this.each = each;
    }

    /// The same for formats without one type for all: each matrix keeps its own.
    Written each() {
        return new Written(matrices, asked, true);
    }

    private DType type(Matrix m) {
        return each && asked == null ? m.dtype() : matrices;
    }

    /// @param asked F32, F16 or BF16; null to keep what the weights have
    static Written as(@Nullable DType asked, SaeWeights weights) {
        if (asked != null && asked != DType.F32 && asked != DType.F16 && asked != DType.BF16) {
            throw new dev.sae4j.io.UsageException(
                    "weights are written as f32, f16 or bf16, not as " + asked);
        }
        DType own = widest(weights.encoder().dtype(), weights.decoder().dtype());
        Matrix skip = weights.skip();
        own = skip == null ? own : widest(own, skip.dtype());
        return new Written(asked != null ? asked : own, asked, false);
    }

    private static DType widest(DType a, DType b) {
        return a == b ? a : DType.F32;
    }

    /// Type of the matrices.
    DType dtype() {
        return matrices;
    }

    /// `[m.rows, m.columns]`.
    Tensor rows(String name, Matrix m) {
        long[] shape = {m.rows(), m.columns()};
        return Tensor.lazy(name, type(m), shape, () -> copy(name, m, false));
    }

    /// The transpose, `[m.columns, m.rows]`.
    Tensor columns(String name, Matrix m) {
        long[] shape = {m.columns(), m.rows()};
        return Tensor.lazy(name, type(m), shape, () -> copy(name, m, true));
    }

    /// A vector in the type of the matrices; unless that was asked for, in float32 if it would not
    /// hold the values exactly.
    Tensor vector(String name, float[] values) {
        DType type = asked != null || isExact(values, matrices) ? matrices : DType.F32;
        MemorySegment data = Arena.ofAuto().allocate(type.sizeOf(values.length), 64);
        store(name, type, values, values.length, data, 0);
        return new Tensor(name, type, new long[] {values.length}, data);
    }

    private MemorySegment copy(String name, Matrix m, boolean transposed) {
        int width = m.columns();
        DType type = type(m);
        MemorySegment data = Arena.ofAuto().allocate(type.sizeOf((long) m.rows() * width), 64);
        float[] rows = new float[BLOCK * width]; // [block, width]
        float[] column = new float[BLOCK];
        for (int first = 0; first < m.rows(); first += BLOCK) {
            int count = Math.min(BLOCK, m.rows() - first);
            m.read(first, count, rows);
            if (!transposed) {
                store(name, type, rows, count * width, data, (long) first * width);
                continue;
            }
            for (int c = 0; c < width; c++) {
                for (int j = 0; j < count; j++) {
                    column[j] = rows[j * width + c];
                }
                store(name, type, column, count, data, (long) c * m.rows() + first);
            }
        }
        return data;
    }

    private static void store(
            String name, DType type, float[] values, int count, MemorySegment data, long to) {
        if (type == DType.F16) {
            for (int i = 0; i < count; i++) {
                if (Math.abs(values[i]) >= 65520 && Float.isFinite(values[i])) {
                    throw new Sae4jException(
                            "tensor '%s' holds %s, more than F16 can (65504): write bf16 or f32"
                                    .formatted(name, values[i]));
                }
            }
        }
        type.fromFloats(values, 0, count, data, to);
    }

    private static boolean isExact(float[] values, DType type) {
        return switch (type) {
            case F16 -> {
                for (float v : values) {
                    if (Float.float16ToFloat(Float.floatToFloat16(v)) != v && !Float.isNaN(v)) {
                        yield false;
                    }
                }
                yield true;
            }
            case BF16 -> {
                for (float v : values) {
                    if ((Float.floatToRawIntBits(v) & 0xffff) != 0) {
                        yield false;
                    }
                }
                yield true;
            }
            default -> true;
        };
    }
}
