package dev.sae4j.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes checkpoints that `torch.load(file, weights_only=True)` reads, laid out as `torch.save`
/// does: a zip archive with everything below `archive/`, the data of each tensor in a record of its
/// own. The record `.format_version` is left out: it promises that records follow each other with
/// the gaps of torch's own zip writer, and torch may then compute places instead of looking them up.
///
/// The same input always gives the same bytes, whatever the file is called.
public final class TorchWriter {
    private static final String ROOT = "archive/";

    private final Path file;
    private final PickleWriter pickle = new PickleWriter();
    private final List<Tensor> tensors = new ArrayList<>();

    private TorchWriter(Path file) {
        this.file = file;
    }

    /// Writes a dictionary, under the final name only when complete. The data of tensors is copied
    /// through a small buffer.
    ///
    /// @param tree values by key: [Tensor], text, `Boolean`, `Integer`, `Long`, `Float`, `Double`,
    ///     null, and lists and maps with text as keys of such. The order is kept. The names of the
    ///     tensors do not matter
    /// @throws Sae4jException if a tensor has a type that torch does not have
    public static void write(Path file, Map<String, ?> tree) {
        TorchWriter writer = new TorchWriter(file);
        writer.pickle.orderedDict();
        writer.items("", tree);
        byte[] pickle = writer.pickle.finish();
        SafeFiles.write(
                file,
                out -> {
                    try (ZipWriter zip = new ZipWriter(out)) {
                        add(zip, "data.pkl", pickle);
                        add(zip, "byteorder", ascii("little"));
                        for (int i = 0; i < writer.tensors.size(); i++) {
                            zip.add(ROOT + "data/" + i, List.of(writer.tensors.get(i).data()));
                        }
                        add(zip, "version", ascii("3\n"));
                    }
                });
    }

    private static void add(ZipWriter zip, String name, byte[] data) throws IOException {
        zip.add(ROOT + name, List.of(MemorySegment.ofArray(data)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void node(String place, @Nullable Object value) {
        switch (value) {
            case Tensor tensor -> tensor(place, tensor);
            case Map<?, ?> map -> {
                pickle.emptyDict();
                items(place + ".", map);
            }
            case List<?> list -> {
                pickle.emptyList();
                pickle.mark();
                for (int i = 0; i < list.size(); i++) {
                    node(place + "[" + i + "]", list.get(i));
                }
                pickle.append();
            }
            case null, default -> pickle.value(value);
        }
    }

    private void items(String prefix, Map<?, ?> map) {
        pickle.mark();
        map.forEach((key, value) -> {
            pickle.text((String) key);
            node(prefix + key, value);
        });
        pickle.setItems();
    }

    private void tensor(String place, Tensor tensor) {
        TorchDType type = TorchDType.of(tensor.dtype());
        if (type == null) {
            throw Sae4jException.in(
                    file,
                    "cannot hold tensor '%s' of type %s: convert it to F32 or BF16"
                            .formatted(place, tensor.dtype()));
        }
        boolean typed = type.storageClass() != null;
        pickle.global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        pickle.mark();
        storage(tensor, type);
        pickle.number(0); // offset
        long[] shape = tensor.shape();
        pickle.tuple(shape);
        pickle.tuple(strides(shape));
        pickle.truth(false); // requires_grad
        pickle.orderedDict(); // hooks
        if (!typed) {
            pickle.global("torch", type.torchName());
        }
        pickle.tuple();
        pickle.call();
    }

    private void storage(Tensor tensor, TorchDType type) {
        pickle.mark();
        pickle.text("storage");
        if (type.storageClass() != null) {
            pickle.global("torch", type.storageClass());
        } else {
            pickle.global("torch.storage", "UntypedStorage");
        }
        pickle.text(Integer.toString(tensors.size()));
        pickle.text("cpu");
        pickle.number(type.storageClass() != null ? tensor.elements() : tensor.bytes());
        pickle.tuple();
        pickle.persistent();
        tensors.add(tensor);
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(shape[i], 1);
        }
        return strides;
    }
}
