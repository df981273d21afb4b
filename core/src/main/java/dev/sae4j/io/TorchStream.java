package dev.sae4j.io;

import dev.sae4j.io.TorchTensors.Bytes;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the stream that torch wrote before 1.6, and writes still when asked: five pickles - a magic
/// number, the protocol, facts about the machine, the object, the list of storage keys - and then,
/// for each key, the number of elements in 8 bytes and the elements.
///
/// All numbers are little-endian. The facts about the machine have an entry `little_endian`; torch
/// turns the bytes when it writes on machines of the other order, and does not read the entry.
final class TorchStream {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;

    private final MappedFile mapped;
    private long at;

    private TorchStream(MappedFile mapped) {
        this.mapped = mapped;
    }

    static TensorFile read(MappedFile mapped) {
        return new TorchStream(mapped).read();
    }

    private TensorFile read() {
        if (!MAGIC.equals(pickle("the first pickle", PickleContext.NOTHING))) {
            throw Sae4jException.in(
                    mapped.file(),
                    "is a pickle, but not one that torch.save wrote: its first value is not torch's magic number");
        }
        Object protocol = pickle("the protocol number", PickleContext.NOTHING);
        if (!(protocol instanceof Long number) || number != PROTOCOL) {
            throw Sae4jException.in(
                    mapped.file(), "is a torch stream of another protocol than " + PROTOCOL);
        }
        pickle("the machine's facts", PickleContext.NOTHING);
        var storages = new StorageClasses();
        Object object = pickle("the object", storages);
        Map<String, Bytes> bytes = locate(keys(), storages.itemBytes);
        var source = new Parts(bytes, mapped.bytes().byteSize());
        var tensors = new TorchTensors(mapped, source, false);
        return new TorchFile(
                mapped, "torch stream", TorchTree.of(mapped.file(), object, tensors), List::of);
    }

    private Object pickle(String place, PickleContext context) {
        var machine = new PickleMachine(mapped.file(), place, mapped.bytes(), at, context);
        Object value = machine.load();
        at = machine.end();
        return value;
    }

    private List<String> keys() {
        Object value = pickle("the list of storages", PickleContext.NOTHING);
        List<String> keys = new ArrayList<>();
        if (value instanceof ArrayList<?> list) {
            for (Object item : list) {
                if (item instanceof String key) {
                    keys.add(key);
                } else {
                    throw damaged("its list of storages holds " + Pickled.describe(item));
                }
            }
            return keys;
        }
        throw damaged("its list of storages is " + Pickled.describe(value));
    }

    private Map<String, Bytes> locate(List<String> keys, Map<String, Integer> itemBytes) {
        Map<String, Bytes> found = HashMap.newHashMap(keys.size());
        long end = mapped.bytes().byteSize();
        Set<String> seen = new HashSet<>();
        for (String key : keys) {
            String shown = PickleProblem.shown(key);
            Integer item = itemBytes.get(key);
            if (item == null || !seen.add(key)) {
                throw damaged("storage '%s' is listed, but not described once".formatted(shown));
            }
            if (end - at < Long.BYTES) {
                throw damaged("it ends before storage '%s'".formatted(shown));
            }
            long elements = LittleEndian.i64(mapped.bytes(), at);
            at += Long.BYTES;
            if (elements < 0 || elements > (end - at) / item) {
                throw damaged(
                        "storage '%s' has %d elements of %d bytes, but %d bytes are left"
                                .formatted(shown, elements, item, end - at));
            }
            MemorySegment slice = mapped.bytes().asSlice(at, elements * item);
            found.put(key, new Bytes(slice.byteSize(), true, () -> slice));
            at += slice.byteSize();
        }
        return found;
    }

    private Sae4jException damaged(String what) {
        return Sae4jException.in(
                mapped.file(), "is a damaged torch stream: " + what + "; download it again");
    }

    /// Notes the element size of each storage: where the next one begins depends on it.
    private static final class StorageClasses implements PickleContext {
        private final PickleContext torch = TorchGlobals.context();
        private final Map<String, Integer> itemBytes = new HashMap<>();

        @Override
        public Object global(String module, String name) {
            return torch.global(module, name);
        }

        @Override
        public Object persistent(Object id) {
            Object value = torch.persistent(id);
            if (value instanceof TorchObjects.Storage storage) {
                int item = storage.kind().itemBytes();
                Integer before = itemBytes.put(storage.key(), item);
                if (before != null && before != item) {
                    throw new PickleProblem("describes one storage in two ways");
                }
            }
            return value;
        }
    }

    /// Storages are parts of the file.
    private record Parts(Map<String, Bytes> bytes, long size) implements TorchTensors.Source {
        @Override
        public Optional<Bytes> find(String key) {
            return Optional.ofNullable(bytes.get(key));
        }
    }
}
