package dev.sae4j.lm.harvest;

import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// What harvesting needs of a language model.
interface Runner {
    String name();

    /// What tells the model from what it was before.
    default Map<String, String> identity() {
        return Map.of();
    }

    /// Name of a hook in the origin of a store.
    default String nameOf(Hook hook) {
        return hook.toString();
    }

    /// Floats of each hook's part of a row.
    int[] widths();

    /// Floats per row, at all hooks together.
    default int width() {
        return Arrays.stream(widths()).reduce(0, Math::addExact);
    }

    /// Most tokens in a context.
    int maxContext();

    /// `[texts][tokens]`, BOS in front if there is one. Called from another thread than [#run].
    List<int[]> encode(List<String> texts);

    /// `[texts][tokens]` with nothing added. Called from another thread than [#run].
    List<int[]> encodePlain(List<String> texts);

    /// The token that the tokenizer puts in front of texts.
    OptionalInt bos();

    /// The token that the model calls BOS, whether the tokenizer adds it or not.
    OptionalInt namedBos();

    /// A token to stand between documents; empty for none.
    ///
    /// @throws dev.sae4j.io.UsageException if the model has no such token
    OptionalInt separator(ContextRule.Separator separator);

    boolean isSpecial(int token);

    /// Runs the model up to the last hook and shows the values, one row a token.
    void run(TokenBatch batch, ForwardPass.Reader reader);
}
