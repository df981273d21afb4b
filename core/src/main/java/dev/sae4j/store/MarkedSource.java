package dev.sae4j.store;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A source that can begin in its middle, at points that it names while it is walked through.
public interface MarkedSource extends ActivationSource {
    /// A point between two rows. Becomes JSON, and is read again by [#mark].
    interface Mark {
        /// Rows before it.
        long rows();
    }

    /// Hands every row behind a mark to `receiver`, in the calling thread.
    ///
    /// @param from null for the first row
    /// @param marks told of a mark when all rows before it have been handed over and none behind it
    void forEach(
            @Nullable Mark from, Consumer<? super Mark> marks, Consumer<ActivationBatch> receiver);

    /// A mark that has become JSON.
    ///
    /// @throws dev.sae4j.io.Sae4jException if that is no mark of such a source
    Mark mark(JsonNode json);

    @Override
    default void forEach(Consumer<ActivationBatch> receiver) {
        forEach(null, mark -> {}, receiver);
    }
}
