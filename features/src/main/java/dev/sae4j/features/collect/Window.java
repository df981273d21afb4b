package dev.sae4j.features.collect;

/// How much context is kept around the token that fires. A document that fits is kept whole.
///
/// @param before tokens before it
/// @param after tokens after it
public record Window(int before, int after) {
    public Window {
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException(
                    "a window cannot reach %d tokens back and %d ahead".formatted(before, after));
        }
    }

    int from(int row, int length) {
        return length <= before + 1 + after ? 0 : Math.max(0, row - before);
    }

    int to(int row, int length) {
        return length <= before + 1 + after ? length : Math.min(length, row + after + 1);
    }
}
