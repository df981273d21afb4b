package dev.sae4j.store;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Which documents of a set to read. Whole documents are held out, never single rows: neighbouring
/// rows of one text are too alike to judge by.
///
/// A document is held out if the CRC-32 of its number in decimal digits is divisible by `oneIn`; in
/// Python `zlib.crc32(str(document).encode()) % one_in == 0`.
///
/// @param oneIn one document of this many is held out; 0 for none
/// @param heldOut true to read the held-out documents, false to read the others
public record DocumentSplit(int oneIn, boolean heldOut) {
    /// Every document.
    public static final DocumentSplit ALL = new DocumentSplit(0, false);

    public DocumentSplit {
        if (oneIn < 0 || oneIn == 1 || (oneIn == 0 && heldOut)) {
            throw new IllegalArgumentException(
                    "one document in %d cannot be held out: expected 2 or more, or 0 for none"
                            .formatted(oneIn));
        }
    }

    /// All but one document in `oneIn`.
    public static DocumentSplit trainingWithout(int oneIn) {
        return new DocumentSplit(oneIn, false);
    }

    /// The documents that [#trainingWithout] leaves out.
    public static DocumentSplit heldOut(int oneIn) {
        return new DocumentSplit(oneIn, true);
    }

    /// True if the document is to be read.
    public boolean contains(int document) {
        return oneIn == 0 || isHeldOut(document) == heldOut;
    }

    private boolean isHeldOut(int document) {
        CRC32 crc = new CRC32();
        crc.update(Integer.toString(document).getBytes(StandardCharsets.US_ASCII));
        return crc.getValue() % oneIn == 0;
    }

    /// Writes the indices of the rows to be read into `kept` and returns how many there are; rows
    /// of one document should be neighbours, as they are in a store.
    int select(int[] documents, int rows, int[] kept) {
        int n = 0;
        boolean in = false;
        for (int i = 0; i < rows; i++) {
            if (i == 0 || documents[i] != documents[i - 1]) {
                in = contains(documents[i]);
            }
            if (in) {
                kept[n++] = i;
            }
        }
        return n;
    }
}
