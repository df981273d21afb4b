package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tensors of one SAE by the names that its class gave them: without the dictionary that they
/// lie in, and without what wrappers put before them (`module.`, `_orig_mod.`).
final class StateDict {
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    /// Names of SAELens, which others use too.
    static final String[] W_NAMES = {"W_enc", "b_enc", "W_dec", "b_dec"};

    /// Names of an encoder and a decoder that are `nn.Linear` layers.
    static final String[] LINEAR_NAMES = {
        "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"
    };

    private final TensorFile file;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private StateDict(TensorFile file) {
        this.file = file;
    }

    /// All tensors of a file.
    static StateDict of(TensorFile file) {
        return below(file, "");
    }

    /// The tensors of a dictionary inside the file, such as `model_state_dict`; no tensors if there
    /// is none.
    static StateDict of(TensorFile file, String dictionary) {
        return below(file, dictionary + ".");
    }

    private static StateDict below(TensorFile file, String prefix) {
        var state = new StateDict(file);
        file.tensors()
                .forEach((name, tensor) -> {
                    if (name.startsWith(prefix)) {
                        state.tensors.put(bare(name.substring(prefix.length())), tensor);
                    }
                });
        return state;
    }

    private static String bare(String name) {
        String bare = name;
        for (String wrapper : WRAPPERS) {
            bare = bare.startsWith(wrapper) ? bare.substring(wrapper.length()) : bare;
        }
        return bare;
    }

    /// The file, for messages.
    Path file() {
        return file.file();
    }

    /// All tensors, for [SaeWeights#tensors()].
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /// True if it has all of these names.
    boolean has(String... names) {
        return tensors.keySet().containsAll(Arrays.asList(names));
    }

    /// The first of these names that is missing.
    Optional<String> missing(String... names) {
        return Arrays.stream(names).filter(n -> !tensors.containsKey(n)).findFirst();
    }

    /// Why these names are not all there, as [CheckpointFormat#whyNot] says it; empty if they are.
    Optional<String> lacks(String... names) {
        return missing(names).map(n -> "there is no tensor '%s'".formatted(n));
    }

    Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /// Size of a matrix along one axis, for formats whose shapes say what no config does.
    int size(String name, int axis) {
        Tensor tensor = present(name, "a matrix");
        if (tensor.shape().length != 2 || tensor.shape()[axis] < 1) {
            throw Sae4jException.in(
                    file(),
                    "tensor '%s' is %s: a matrix was expected".formatted(name, tensor.describe()));
        }
        if (tensor.shape()[axis] > Integer.MAX_VALUE) {
            throw Sae4jException.in(
                    file(), "tensor '%s' is %s: too wide".formatted(name, tensor.describe()));
        }
        return (int) tensor.shape()[axis];
    }

    /// Length of a vector, for formats whose shapes say what no config does.
    int length(String name) {
        Tensor tensor = present(name, "a vector");
        long[] shape = tensor.shape();
        if (shape.length != 1 || shape[0] < 1 || shape[0] > Integer.MAX_VALUE) {
            throw Sae4jException.in(
                    file(),
                    "tensor '%s' is %s: a vector was expected".formatted(name, tensor.describe()));
        }
        return (int) shape[0];
    }

    /// Decoders of several places of the model, `[d_sae, n, d_out]`, added up: rows `[d_sae, d_out]`.
    Matrix summedDecoders(String name, Sizes sizes) {
        Tensor tensor = present(name, "decoders of several layers");
        long[] shape = tensor.shape();
        long places = shape.length == 3 && shape[1] <= Integer.MAX_VALUE ? shape[1] : 1;
        return FileMatrix.ofSums(
                floating(name, sizes.why(), sizes.dSae(), Math.max(1, places), sizes.dOut()));
    }

    /// A tensor of fractions that must be there with exactly these sizes.
    ///
    /// @param why where the sizes come from
    Tensor floating(String name, String why, long... shape) {
        Tensor tensor =
                present(name, Arrays.toString(shape) + " (" + why + ")")
                        .requireShape(file(), why, shape);
        if (!tensor.dtype().isFloating()) {
            throw Sae4jException.in(
                    file(),
                    "tensor '%s' is %s: weights are F64, F32, F16 or BF16"
                            .formatted(name, tensor.describe()));
        }
        return tensor;
    }

    /// As [#floating], widened.
    float[] vector(String name, String why, long... shape) {
        return floating(name, why, shape).toFloats();
    }

    /// A single number, floating or integer, shape `[]` or `[1]`.
    double scalar(String name) {
        Tensor tensor = present(name, "a single number");
        if (tensor.elements() != 1) {
            throw Sae4jException.in(
                    file(),
                    "tensor '%s' is %s: a single number was expected"
                            .formatted(name, tensor.describe()));
        }
        return tensor.dtype().isFloating() ? tensor.toDoubles()[0] : tensor.toLongs()[0];
    }

    private Tensor present(String name, String what) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw Sae4jException.in(
                    file(),
                    "has no tensor '%s', %s; it has %s".formatted(name, what, file.someNames()));
        }
        return tensor;
    }

    /// Weights kept as `x·W` uses them: encoder `[d_in, d_sae]`, decoder `[d_sae, d_out]`.
    ///
    /// @param encoderBias null for none
    SaeWeights inOut(
            Sizes sizes,
            String encoder,
            @Nullable String encoderBias,
            String decoder,
            String decoderBias) {
        Tensor w = floating(encoder, sizes.why(), sizes.dIn(), sizes.dSae());
        Tensor d = floating(decoder, sizes.why(), sizes.dSae(), sizes.dOut());
        return weights(
                sizes, FileMatrix.ofColumns(w), encoderBias, FileMatrix.ofRows(d), decoderBias);
    }

    /// Weights kept as `nn.Linear` does: encoder `[d_sae, d_in]`, decoder `[d_out, d_sae]`.
    ///
    /// @param encoderBias null for none
    SaeWeights outIn(
            Sizes sizes,
            String encoder,
            @Nullable String encoderBias,
            String decoder,
            String decoderBias) {
        Tensor w = floating(encoder, sizes.why(), sizes.dSae(), sizes.dIn());
        Tensor d = floating(decoder, sizes.why(), sizes.dOut(), sizes.dSae());
        return weights(
                sizes, FileMatrix.ofRows(w), encoderBias, FileMatrix.ofColumns(d), decoderBias);
    }

    private SaeWeights weights(
            Sizes sizes,
            Matrix encoder,
            @Nullable String encoderBias,
            Matrix decoder,
            String decoderBias) {
        return SaeWeights.of(
                        encoder,
                        encoderBias == null
                                ? new float[sizes.dSae()]
                                : vector(encoderBias, sizes.why(), sizes.dSae()),
                        decoder,
                        vector(decoderBias, sizes.why(), sizes.dOut()))
                .withTensors(tensors.values());
    }
}
