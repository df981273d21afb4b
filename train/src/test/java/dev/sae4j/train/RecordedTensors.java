package dev.sae4j.train;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The tensors of a recorded file, as doubles.
final class RecordedTensors {
    /// A file without any.
    static final RecordedTensors NONE = new RecordedTensors("nothing", Map.of());

    private final String source;
    private final Map<String, double[]> tensors;

    private RecordedTensors(String source, Map<String, double[]> tensors) {
        this.source = source;
        this.tensors = tensors;
    }

    static RecordedTensors read(Path file) {
        Map<String, double[]> all = new LinkedHashMap<>();
        try (TensorFile opened = Safetensors.open(file)) {
            for (Tensor t : opened.tensors().values()) {
                all.put(t.name(), t.toDoubles());
            }
        }
        return new RecordedTensors(file.toString(), all);
    }

    Set<String> names() {
        return tensors.keySet();
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    /// @throws AssertionError if there is no such tensor
    double[] get(String name) {
        double[] found = tensors.get(name);
        if (found == null) {
            throw new AssertionError(
                    "no '%s' in %s, only %s".formatted(name, source, tensors.keySet()));
        }
        return found;
    }

    float[] floats(String name) {
        return floats(get(name));
    }

    /// The tensors whose names begin with `prefix`, without it.
    RecordedTensors part(String prefix) {
        Map<String, double[]> part = new LinkedHashMap<>();
        tensors.forEach((name, values) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), values);
            }
        });
        return new RecordedTensors(prefix + " of " + source, part);
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
