package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import java.nio.file.Path;

/// A vector in a file, `FILE` or `FILE#TENSOR`.
final class VectorFile {
    private static final int MOST = 1 << 24;

    private VectorFile() {}

    /// Its numbers; a matrix of one row is a vector too.
    static float[] read(String source) {
        int hash = source.lastIndexOf('#');
        Path file = Path.of(hash < 0 ? source : source.substring(0, hash));
        try (TensorFile opened = TensorFile.open(file)) {
            Tensor tensor = tensor(opened, hash < 0 ? "" : source.substring(hash + 1));
            long[] shape = tensor.shape();
            boolean row = shape.length == 2 && shape[0] == 1;
            if (!tensor.dtype().isFloating()
                    || (shape.length != 1 && !row)
                    || tensor.elements() > MOST) {
                throw Sae4jException.in(
                        file,
                        "tensor '%s' is %s: expected a vector of floating point numbers"
                                .formatted(tensor.name(), tensor.describe()));
            }
            return tensor.toFloats();
        }
    }

    private static Tensor tensor(TensorFile file, String name) {
        if (name.isEmpty() && file.tensors().size() == 1) {
            return file.tensors().values().iterator().next();
        }
        if (name.isEmpty()) {
            throw Sae4jException.in(
                    file.file(),
                    "has %s: say which one is the vector, as %s#NAME"
                            .formatted(file.someNames(), file.file().getFileName()));
        }
        return file.find(name)
                .orElseThrow(() ->
                        Sae4jException.in(
                                file.file(),
                                "has no tensor '%s': it has %s".formatted(name, file.someNames())));
    }
}
