package dev.sae4j.io;

import org.jspecify.annotations.Nullable;

/// What torch's own classes become when a checkpoint is read: descriptions, without data.
final class TorchObjects {
    private TorchObjects() {}

    /// An element type.
    ///
    /// @param name torch's name for it, `float32`
    /// @param dtype the same here; null if tensors of it cannot be read
    record ElementType(String name, @Nullable DType dtype) {
        @Override
        public String toString() {
            return "torch." + name;
        }
    }

    /// A class of storages.
    ///
    /// @param dtype type of the elements; null for bytes of any meaning (`UntypedStorage`)
    record StorageClass(@Nullable DType dtype) {
        /// Bytes per element.
        int itemBytes() {
            return dtype == null ? 1 : dtype.bytes();
        }
    }

    /// Elements in a row that tensors are views of.
    ///
    /// @param key names the record of the archive, or the part of the stream, with the bytes
    /// @param elements how many there are, as the pickle says
    /// @param from element that the view begins at, in units of the class's elements
    /// @param count elements from there on; streams of old times have views of storages
    record Storage(StorageClass kind, String key, long elements, long from, long count) {}

    /// A tensor: elements of a storage. Sizes, strides and offset are whatever the pickle says, and
    /// counted in elements of `type`.
    ///
    /// @param type the element type; null if that of the storage
    record View(
            Storage storage,
            Object offset,
            Object sizes,
            Object strides,
            @Nullable ElementType type) {}
}
