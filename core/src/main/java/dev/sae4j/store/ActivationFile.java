package dev.sae4j.store;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.kernel.Vectors;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Activations in one tensor of a plain file, `[N, D]` in F32, F16 or BF16: safetensors, npy, npz or
/// torch. The file is mapped, and rows are converted when they are read.
///
/// It says nothing of where its rows come from: row i is taken for document i, of token 0 at
/// position 0. May be read by several threads until it is closed.
public final class ActivationFile implements ActivationSource, AutoCloseable {
    private static final int BATCH_BYTES = 4 << 20;

    /// The tensor to take where a file has several and none is named.
    private static final String USUAL_NAME = "activations";

    private final TensorFile file;
    private final Tensor tensor;
    private final int rows;
    private final int width;

    private ActivationFile(TensorFile file, Tensor tensor) {
        this.file = file;
        this.tensor = tensor;
        rows = tensor.rows();
        width = tensor.columns();
    }

    /// Opens `FILE` or `FILE#TENSOR`; the tensor may be left out if there is only one, or one named
    /// `activations`.
    ///
    /// @throws Sae4jException if there is no such tensor, or it is not `[N, D]` of a known type
    public static ActivationFile open(String fileAndTensor) {
        int hash = fileAndTensor.lastIndexOf('#');
        return hash < 0
                ? open(Path.of(fileAndTensor), "")
                : open(
                        Path.of(fileAndTensor.substring(0, hash)),
                        fileAndTensor.substring(hash + 1));
    }

    /// Opens a tensor of a file.
    ///
    /// @param tensor its name; empty for the only one
    /// @throws Sae4jException if there is no such tensor, or it is not `[N, D]` of a known type
    public static ActivationFile open(Path path, String tensor) {
        TensorFile file = TensorFile.open(path);
        try {
            Tensor found = find(file, tensor);
            check(path, found);
            return new ActivationFile(file, found);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Tensor find(TensorFile file, String name) {
        if (name.isEmpty() && file.tensors().size() == 1) {
            return file.tensors().values().iterator().next();
        }
        return file.find(name.isEmpty() ? USUAL_NAME : name)
                .orElseThrow(() ->
                        Sae4jException.in(
                                file.file(),
                                name.isEmpty()
                                        ? "has %d tensors, none named '%s': say which, FILE#TENSOR, of %s"
                                                .formatted(
                                                        file.tensors().size(),
                                                        USUAL_NAME,
                                                        file.someNames())
                                        : "has no tensor '%s'; it has %s"
                                                .formatted(name, file.someNames())));
    }

    private static void check(Path path, Tensor tensor) {
        long[] shape = tensor.shape();
        if (!List.of(DType.F32, DType.F16, DType.BF16).contains(tensor.dtype())) {
            throw Sae4jException.in(
                    path,
                    "tensor %s cannot be trained on: expected F32, F16 or BF16".formatted(tensor));
        }
        if (shape.length != 2
                || shape[0] < 1
                || shape[0] > Integer.MAX_VALUE - 8
                || shape[1] < 1
                || shape[1] > StoreInfo.MAX_WIDTH) {
            throw Sae4jException.in(
                    path,
                    "tensor %s is not a table of activations: expected [N, D], a row per token"
                            .formatted(tensor));
        }
    }

    /// Rows in the file.
    public int rows() {
        return rows;
    }

    @Override
    public int width() {
        return width;
    }

    /// Hands every row to `receiver`, in the order of the file.
    ///
    /// @throws Sae4jException naming the first row that holds NaN or infinity
    @Override
    public void forEach(Consumer<ActivationBatch> receiver) {
        forEach(RowSplit.NONE.training(rows), receiver);
    }

    /// The rows to train on, in random order, each epoch a permutation of its own.
    public TrainingRows shuffled(long seed, RowSplit split) {
        int[] training = split.training(rows);
        if (training.length == 0) {
            throw Sae4jException.in(
                    file.file(),
                    "has %d rows, and all of them are held out: hold out fewer".formatted(rows));
        }
        return new FileRows(this, training, new ShuffledOrder(training.length, seed));
    }

    /// The rows that [#shuffled] leaves out, in the order of the file.
    public ActivationSource heldOut(RowSplit split) {
        int[] heldOut = split.heldOut(rows);
        ActivationFile all = this;
        return new ActivationSource() {
            @Override
            public int width() {
                return width;
            }

            @Override
            public void forEach(Consumer<ActivationBatch> receiver) {
                all.forEach(heldOut, receiver);
            }
        };
    }

    private void forEach(int[] wanted, Consumer<ActivationBatch> receiver) {
        int capacity = Math.clamp(BATCH_BYTES / (Float.BYTES * width), 1, wanted.length + 1);
        float[] values = new float[capacity * width];
        int[] document = new int[capacity];
        int[] zeros = new int[capacity];
        for (int at = 0; at < wanted.length; at += capacity) {
            int n = Math.min(capacity, wanted.length - at);
            System.arraycopy(wanted, at, document, 0, n);
            for (int i = 0; i < n; i++) {
                read(document[i], values, i);
            }
            receiver.accept(new ActivationBatch(n, width, values, zeros, document, zeros));
        }
    }

    /// Reads a row into row `slot` of `target`.
    void read(int row, float[] target, int slot) {
        Conversion.toFloats(
                tensor.dtype(), tensor.data(), (long) row * width, target, slot * width, width);
        if (!Vectors.allFinite(target, slot * width, width)) {
            throw notFinite(row, target, slot);
        }
    }

    private Sae4jException notFinite(int row, float[] values, int slot) {
        int i = 0;
        while (Float.isFinite(values[slot * width + i])) {
            i++;
        }
        return Sae4jException.in(
                file.file(),
                "tensor '%s' holds %s in row %d, dimension %d: check the model and the data that it was made from"
                        .formatted(tensor.name(), values[slot * width + i], row, i));
    }

    @Override
    public void close() {
        file.close();
    }
}
