package dev.sae4j.features;

import dev.sae4j.features.collect.TokenText;
import dev.sae4j.io.Sae4jException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Token texts that were kept with a book, so that it can be read without its model.
///
/// @param start `[V + 1]`, where each token begins in `bytes`
/// @param bytes UTF-8
/// @param special `[V]`, 1 for tokens that stand for no text
record StoredText(int[] start, byte[] bytes, byte[] special) implements TokenText {
    static StoredText of(Path file, int[] start, byte[] bytes, byte[] special) {
        for (int id = 0; id < special.length; id++) {
            if (start[id] < 0 || start[id + 1] < start[id] || start[id + 1] > bytes.length) {
                throw Sae4jException.in(
                        file,
                        "token %d runs from byte %d to %d of %d"
                                .formatted(id, start[id], start[id + 1], bytes.length));
            }
        }
        return new StoredText(start, bytes, special);
    }

    @Override
    public int vocabularySize() {
        return special.length;
    }

    /// Ids that the book does not know are shown as U+FFFD.
    @Override
    public String token(int id) {
        return id < 0 || id >= special.length
                ? "\uFFFD"
                : new String(bytes, start[id], start[id + 1] - start[id], StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 0 && id < special.length && special[id] != 0;
    }
}
