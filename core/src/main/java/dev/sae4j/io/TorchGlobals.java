package dev.sae4j.io;

import dev.sae4j.io.PickleContext.Constructor;
import dev.sae4j.io.Pickled.Dict;
import dev.sae4j.io.Pickled.Tuple;
import dev.sae4j.io.TorchObjects.ElementType;
import dev.sae4j.io.TorchObjects.Storage;
import dev.sae4j.io.TorchObjects.StorageClass;
import dev.sae4j.io.TorchObjects.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The classes and functions of torch that a checkpoint may name. Each only notes down what it is
/// given; see torch/_utils.py for what the arguments mean.
final class TorchGlobals {
    private static final String UTILS = "torch._utils.";
    private static final Map<String, Object> ALLOWED = new HashMap<>(PythonGlobals.ALLOWED);

    static {
        allow("_rebuild_tensor", a -> view(a, null));
        allow("_rebuild_tensor_v2", TorchGlobals::tensorV2);
        allow("_rebuild_tensor_v3", TorchGlobals::tensorV3);
        allow("_rebuild_parameter", a -> tensorIn(a, 3));
        allow("_rebuild_parameter_with_state", a -> tensorIn(a, 4));
        ALLOWED.put("torch._tensor._rebuild_from_type_v2", (Constructor) TorchGlobals::fromType);
        ALLOWED.put("torch.Size", (Constructor) TorchGlobals::size);
        ALLOWED.put("torch.device", (Constructor) TorchGlobals::device);
        ALLOWED.put("torch.Tensor", Plain.TENSOR);
        ALLOWED.put("torch.nn.parameter.Parameter", Plain.TENSOR);

        ALLOWED.put("torch.UntypedStorage", new StorageClass(null));
        ALLOWED.put("torch.storage.UntypedStorage", new StorageClass(null));
        for (TorchDType type : TorchDType.ALL) {
            ALLOWED.put(
                    "torch." + type.torchName(), new ElementType(type.torchName(), type.dtype()));
            if (type.storageClass() != null) {
                var storage = new StorageClass(type.dtype());
                ALLOWED.put("torch." + type.storageClass(), storage);
                ALLOWED.put("torch.cuda." + type.storageClass(), storage);
            }
        }
        for (String other : TorchDType.OTHERS) {
            ALLOWED.put("torch." + other, new ElementType(other, null));
        }
    }

    /// Why some well-known names are not allowed.
    private static final Map<String, String> REASONS =
            Map.of(
                    "_rebuild_qtensor", "a quantised tensor",
                    "_rebuild_sparse_tensor", "a sparse tensor",
                    "_rebuild_sparse_csr_tensor", "a sparse tensor",
                    "_rebuild_nested_tensor", "a nested tensor",
                    "_rebuild_meta_tensor_no_storage", "a tensor without data (device meta)");

    /// Classes that may be named but not called.
    private enum Plain {
        TENSOR
    }

    private TorchGlobals() {}

    /// What a checkpoint may refer to.
    static PickleContext context() {
        return new PickleContext() {
            @Override
            public Object global(String module, String name) {
                return find(module, name);
            }

            @Override
            public Object persistent(Object id) {
                return TorchGlobals.persistent(id);
            }
        };
    }

    private static Object find(String module, String name) {
        Object allowed = ALLOWED.get(module + "." + name);
        if (allowed != null) {
            return allowed;
        }
        String reason = module.equals("torch._utils") ? REASONS.get(name) : null;
        if (reason != null) {
            throw new PickleProblem(
                    "holds %s (%s%s): only dense tensors are read; convert it and save again"
                            .formatted(reason, UTILS, name));
        }
        if (module.equals("torch") && name.endsWith("Storage")) {
            throw new PickleProblem(
                    "has a storage of class torch.%s: tensors of that type are not read"
                            .formatted(PickleProblem.shown(name)));
        }
        throw PickleContext.refused(module, name);
    }

    private static void allow(String function, Constructor constructor) {
        ALLOWED.put(UTILS + function, constructor);
    }

    /// `(storage, offset, size, stride, requires_grad, hooks[, metadata])`
    private static View tensorV2(List<Object> arguments) {
        checkMetadata(arguments, 6);
        return view(arguments, null);
    }

    /// `(storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])`
    private static View tensorV3(List<Object> arguments) {
        checkMetadata(arguments, 7);
        if (arguments.size() > 6 && arguments.get(6) instanceof ElementType type) {
            return view(arguments, type);
        }
        throw new PickleProblem("rebuilds a tensor without an element type");
    }

    /// `(storage, offset, size, stride, ...)`
    private static View view(List<Object> arguments, @Nullable ElementType type) {
        if (arguments.size() >= 4 && arguments.get(0) instanceof Storage storage) {
            return new View(storage, arguments.get(1), arguments.get(2), arguments.get(3), type);
        }
        throw new PickleProblem("rebuilds a tensor from something other than a storage");
    }

    /// The metadata says that the elements are conjugated or negated when used.
    private static void checkMetadata(List<Object> arguments, int at) {
        if (arguments.size() > at
                && arguments.get(at) instanceof Dict flags
                && flags.entries().containsValue(true)) {
            throw new PickleProblem(
                    "holds a conjugated or negated view: save a copy (resolve_conj)");
        }
    }

    /// `(data, requires_grad, hooks[, state])`
    private static View tensorIn(List<Object> arguments, int count) {
        if (arguments.size() == count && arguments.getFirst() instanceof View view) {
            return view;
        }
        throw new PickleProblem("makes a parameter of something other than a tensor");
    }

    /// `(function, class, arguments, state)`: a tensor with attributes, which are left out.
    private static Object fromType(List<Object> arguments) {
        if (arguments.size() == 4
                && arguments.get(0) instanceof Constructor function
                && arguments.get(1) == Plain.TENSOR
                && function.of(Pickled.sequence(arguments.get(2), "the arguments"))
                        instanceof View view) {
            return view;
        }
        throw new PickleProblem("rebuilds a tensor of a class of its own");
    }

    private static Object size(List<Object> arguments) {
        if (arguments.size() == 1 && arguments.getFirst() instanceof Tuple sizes) {
            return sizes;
        }
        throw new PickleProblem("makes a torch.Size of something other than a tuple");
    }

    /// `cuda` or `cuda:1`, as text.
    private static Object device(List<Object> arguments) {
        if (!arguments.isEmpty() && arguments.getFirst() instanceof String kind) {
            return arguments.size() > 1 && arguments.get(1) instanceof Long index
                    ? kind + ":" + index
                    : kind;
        }
        throw new PickleProblem("makes a torch.device of something other than text");
    }

    /// `('storage', class, key, location, elements[, (view key, from, count)])`
    private static Storage persistent(Object id) {
        List<Object> parts = Pickled.sequence(id, "a persistent id");
        if (parts.size() < 5
                || !"storage".equals(parts.get(0))
                || !(parts.get(1) instanceof StorageClass kind)
                || !(parts.get(2) instanceof String key)
                || !(parts.get(4) instanceof Long elements)) {
            throw new PickleProblem(
                    "refers to something other than a storage of a known class: only tensors and plain values are read");
        }
        if (parts.size() < 6 || parts.get(5) == Pickled.None.NONE) {
            return new Storage(kind, key, elements, 0, elements);
        }
        List<Object> part = Pickled.sequence(parts.get(5), "the view of a storage");
        if (part.size() == 3
                && part.get(1) instanceof Long from
                && part.get(2) instanceof Long count) {
            return new Storage(kind, key, elements, from, count);
        }
        throw new PickleProblem("has a view of a storage that is not understood");
    }
}
