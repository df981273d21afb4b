package dev.sae4j.inspect;

import dev.sae4j.io.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// A tensor of a file, and whether its numbers are numbers.
///
/// @param name name in the file
/// @param dtype element type, such as `F32`
/// @param shape sizes, outermost first
/// @param bytes size of the data
/// @param checked elements that were looked at
/// @param nan of these, how many are NaN
/// @param infinite of these, how many are infinite
public record TensorInfo(
        String name,
        String dtype,
        List<Long> shape,
        long bytes,
        long checked,
        long nan,
        long infinite) {
    /// Elements read at a time: a run of pages rather than single ones.
    private static final int RUN = 4096;

    /// Looks at evenly spaced runs of at most about `budget` elements.
    static TensorInfo of(Tensor tensor, long budget) {
        long elements = tensor.dtype().isFloating() ? tensor.elements() : 0;
        long runs = Math.ceilDiv(elements, (long) RUN);
        long looked = Math.min(runs, Math.max(1, budget / RUN));
        float[] values = new float[RUN];
        long checked = 0;
        long nan = 0;
        long infinite = 0;
        for (long i = 0; i < looked; i++) {
            long from = i * runs / looked * RUN;
            int count = (int) Math.min(RUN, elements - from);
            tensor.copyTo(from, values, 0, count);
            checked += count;
            for (int j = 0; j < count; j++) {
                if (!Float.isFinite(values[j])) {
                    nan += Float.isNaN(values[j]) ? 1 : 0;
                    infinite += Float.isNaN(values[j]) ? 0 : 1;
                }
            }
        }
        return new TensorInfo(
                tensor.name(),
                tensor.dtype().name(),
                LongStream.of(tensor.shape()).boxed().toList(),
                tensor.bytes(),
                checked,
                nan,
                infinite);
    }

    /// `[4608, 576]`.
    public String shapeText() {
        return Arrays.toString(shape.toArray());
    }

    /// Elements of the whole tensor.
    long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    static List<String> problems(List<TensorInfo> tensors) {
        List<String> problems = new ArrayList<>();
        for (TensorInfo t : tensors) {
            if (t.nan + t.infinite > 0) {
                problems.add(
                        "tensor '%s' holds %d NaN and %d infinities among the %,d of %,d numbers looked at"
                                .formatted(t.name, t.nan, t.infinite, t.checked, t.elements()));
            }
        }
        return problems;
    }
}
