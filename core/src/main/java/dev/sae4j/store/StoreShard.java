package dev.sae4j.store;

import java.util.regex.Pattern;

/// One file of a store.
///
/// @param file name inside the store's folder, `shard-00000.safetensors`
/// @param rows rows in it
/// @param bytes size of the file
/// @param crc32c CRC-32C of the whole file, eight hexadecimal digits
public record StoreShard(String file, int rows, long bytes, String crc32c) {
    private static final Pattern NAME = Pattern.compile("shard-\\d{5,9}\\.safetensors");
    private static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");

    public StoreShard {
        if (!NAME.matcher(file).matches()) {
            throw new IllegalArgumentException(
                    "shard file '%s' is not named like shard-00000.safetensors".formatted(file));
        }
        if (rows < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "%s has rows %d and bytes %d: both must be positive"
                            .formatted(file, rows, bytes));
        }
        if (!CRC.matcher(crc32c).matches()) {
            throw new IllegalArgumentException(
                    "%s has crc32c '%s': expected eight hexadecimal digits"
                            .formatted(file, crc32c));
        }
    }

    static String name(int index) {
        return "shard-%05d.safetensors".formatted(index);
    }
}
