package dev.sae4j.checkpoint;

import org.jspecify.annotations.Nullable;

/// What the user says about an SAE file that the file itself may leave open.
///
/// @param format name of its format; null to find out by content
/// @param orientation which way round its matrices are; null to find out by shape and name
/// @param reading name of the reading wanted; null for the format's default
public record ReadOptions(
        @Nullable String format, @Nullable Orientation orientation, @Nullable String reading) {
    /// Nothing said.
    public static final ReadOptions NONE = new ReadOptions(null, null, null);

    /// Only the format.
    public static ReadOptions ofFormat(String name) {
        return new ReadOptions(name, null, null);
    }

    /// Only the reading.
    public static ReadOptions ofReading(String name) {
        return new ReadOptions(null, null, name);
    }
}
