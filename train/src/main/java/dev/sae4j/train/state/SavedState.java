package dev.sae4j.train.state;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.UsageException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A state on disk that was found complete and undamaged. Arrays are mapped, and copied into those
/// of the caller when asked for, until this is closed.
public final class SavedState implements AutoCloseable {
    static final String ARRAYS = "arrays.safetensors";

    private final Path folder;
    private final StateJson json;
    private final Safetensors arrays;

    private SavedState(Path folder, StateJson json, Safetensors arrays) {
        this.folder = folder;
        this.json = json;
        this.arrays = arrays;
    }

    /// Reads all of a state once, to compare it with its checksums.
    ///
    /// @throws Sae4jException if anything is missing or damaged
    static SavedState open(Path folder, long step) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw Sae4jException.in(folder, "is no folder");
        }
        StateJson json = StateJson.read(plainFile(folder.resolve(StateJson.NAME)));
        if (json.step() != step) {
            throw Sae4jException.in(folder, "holds the state of step %d".formatted(json.step()));
        }
        Path file = plainFile(folder.resolve(ARRAYS));
        Checksum found = Checksum.of(file);
        if (!found.equals(json.arrays())) {
            throw Sae4jException.in(
                    file,
                    "is %d bytes long with the checksum %s, but %s says %d and %s: cut short or changed"
                            .formatted(
                                    found.bytes(),
                                    found.crc32c(),
                                    StateJson.NAME,
                                    json.arrays().bytes(),
                                    json.arrays().crc32c()));
        }
        return new SavedState(folder, json, Safetensors.open(file));
    }

    private static Path plainFile(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw Sae4jException.in(file, "is no plain file");
        }
        return file;
    }

    /// Steps done.
    public long step() {
        return json.step();
    }

    /// The facts that were saved, an object.
    public JsonNode facts() {
        return json.facts();
    }

    /// Names of the arrays.
    public Set<String> names() {
        return arrays.tensors().keySet();
    }

    /// Copies an array of floats.
    ///
    /// @throws Sae4jException if there is none of this name and length
    public void readInto(String name, float[] target) {
        copy(name, DType.F32, target.length, MemorySegment.ofArray(target));
    }

    /// Copies an array of doubles.
    ///
    /// @throws Sae4jException if there is none of this name and length
    public void readInto(String name, double[] target) {
        copy(name, DType.F64, target.length, MemorySegment.ofArray(target));
    }

    /// Copies an array of longs.
    ///
    /// @throws Sae4jException if there is none of this name and length
    public void readInto(String name, long[] target) {
        copy(name, DType.I64, target.length, MemorySegment.ofArray(target));
    }

    /// Copies an array of ints.
    ///
    /// @throws Sae4jException if there is none of this name and length
    public void readInto(String name, int[] target) {
        copy(name, DType.I32, target.length, MemorySegment.ofArray(target));
    }

    private void copy(String name, DType dtype, int length, MemorySegment target) {
        Tensor tensor = arrays.require(name, "the run that goes on", length);
        if (tensor.dtype() != dtype) {
            throw Sae4jException.in(
                    arrays.file(), "tensor %s is not of type %s".formatted(tensor, dtype));
        }
        target.copyFrom(tensor.data());
    }

    /// Refuses to go on with another recipe, or other data, than the run was begun with.
    ///
    /// @param fact name of a fact
    /// @param now what it would be if it were saved now
    /// @throws UsageException naming the first difference
    public void requireSame(String fact, Object now) {
        Difference.first(fact, facts().path(fact), StateJson.asRead(now))
                .ifPresent(difference -> {
                    throw new UsageException(
                            "[%s] cannot be resumed: %s. Go on with what the run was begun with, or begin a new one"
                                    .formatted(folder.getFileName(), difference));
                });
    }

    @Override
    public void close() {
        arrays.close();
    }
}
