package dev.sae4j.store;

import java.util.function.Consumer;

/// A set of activations that can be walked through in order, as often as needed: a store, or a
/// language model running over a data set. Rows of a document come together, context after context,
/// positions ascending in each; documents ascend. Batches have no meaning of their own.
public interface ActivationSource {
    /// Floats per row (d_in).
    int width();

    /// Hands every row to `receiver`, in the calling thread.
    void forEach(Consumer<ActivationBatch> receiver);
}
