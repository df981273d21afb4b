package dev.sae4j.lm.tokenizer;

/// Turns offsets in code points into offsets in UTF-16 units. Fast for offsets that rise or fall by
/// little from one call to the next; not for sharing between threads.
final class CodePointOffsets {
    private final String text;
    private int codePoints;
    private int units;

    CodePointOffsets(String text) {
        this.text = text;
    }

    int toUnits(int offset) {
        units = text.offsetByCodePoints(units, offset - codePoints);
        codePoints = offset;
        return units;
    }
}
