package dev.sae4j.lm.tokenizer;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// What is known of ids without running the tokenizer.
///
/// @param size one more than the largest id
/// @param special text of each special token, by id: those that the files mark as such, whatever
///     they are called
/// @param bos the token that begins a text, if the files name it
/// @param eos the token that ends a text, if the files name it
/// @param ends tokens after which generated text ends: those of `generation_config.json`, or `eos`
public record Vocabulary(
        int size,
        Map<Integer, String> special,
        OptionalInt bos,
        OptionalInt eos,
        Set<Integer> ends) {
    /// Larger ids are taken for damage.
    static final int MAX_ID = 1 << 24;

    public Vocabulary {
        special = Map.copyOf(special);
        ends = Set.copyOf(ends);
    }
}
