package dev.sae4j.train.state;

import dev.sae4j.io.DType;
import dev.sae4j.io.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a training run is to save after a step: named arrays and facts. Arrays are not copied: they
/// are read when the state is saved and must not change until then.
///
/// Numbers that must come back to the bit, NaN and infinity among them, belong into arrays; facts
/// are JSON.
public final class TrainingState {
    private final long step;
    private final Map<String, Tensor> arrays = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();

    /// @param step steps done
    public TrainingState(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("there is no step " + step);
        }
        this.step = step;
    }

    /// Adds weights, moments or the like.
    public TrainingState floats(String name, float[] values) {
        return array(Tensor.ofFloats(name, values, values.length));
    }

    /// Adds sums or the like.
    public TrainingState doubles(String name, double[] values) {
        long[] shape = {values.length};
        return array(new Tensor(name, DType.F64, shape, MemorySegment.ofArray(values)));
    }

    /// Adds counters or the like.
    public TrainingState longs(String name, long[] values) {
        return array(Tensor.ofLongs(name, values, values.length));
    }

    /// Adds counters or the like.
    public TrainingState ints(String name, int[] values) {
        return array(Tensor.ofInts(name, values, values.length));
    }

    private TrainingState array(Tensor tensor) {
        if (arrays.putIfAbsent(tensor.name(), tensor) != null) {
            throw new IllegalArgumentException("two arrays named '" + tensor.name() + "'");
        }
        return this;
    }

    /// Adds something to know: the position in the data, the recipe, a schedule. The value becomes
    /// JSON: numbers, strings, booleans, maps, lists, records.
    public TrainingState fact(String name, Object value) {
        if (facts.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("two facts named '" + name + "'");
        }
        return this;
    }

    /// Steps done.
    public long step() {
        return step;
    }

    /// Names of the arrays.
    public Set<String> names() {
        return Set.copyOf(arrays.keySet());
    }

    /// Bytes of all arrays: about what the state takes on disk. Three states are there while one is
    /// being saved.
    public long bytes() {
        return arrays.values().stream().mapToLong(Tensor::bytes).sum();
    }

    List<Tensor> tensors() {
        return new ArrayList<>(arrays.values());
    }

    Map<String, Object> facts() {
        return facts;
    }
}
