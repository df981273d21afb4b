package dev.sae4j.train.engine;

/// What an architecture does between pre-activations and decoder, forwards and backwards, and the
/// sparsity term that goes with it. One step: [#begin], [#value] for each selected entry,
/// [#addRow] for each too (one thread a row), [#endRows], then [#backward] for each feature.
interface Head {
    /// Begins a step.
    void begin(StepSettings settings, StepContext context);

    /// The pre-activation of feature `j` above which an entry takes part in the step.
    float lower(int j);

    /// What the decoder row of feature `j` is multiplied with.
    float value(int j, float pre);

    /// What it is multiplied with in a second reconstruction; only if [#hasSecond].
    default float second(int j, float pre) {
        return 0;
    }

    default boolean hasSecond() {
        return false;
    }

    /// True if an entry counts as a fired feature.
    default boolean fires(int j, float pre, float value) {
        return value != 0;
    }

    /// Adds an entry to the sums of its row that the sparsity term needs.
    void addRow(int r, int j, float pre, float value);

    /// Ends the forward pass.
    ///
    /// @param rows of the batch
    void endRows(int rows);

    /// Turns gradients by values into gradients by pre-activations, in place, adds those of the
    /// sparsity term, and sets the gradients of the feature's own numbers.
    void backward(int j, FeatureEntries e);

    /// The sparsity term before its coefficient.
    double sparsity();

    /// The same with the next exponent, for annealed ones; NaN if there is none.
    default double nextSparsity() {
        return Double.NaN;
    }

    /// The term on the pre-activations of dead features, its coefficient included.
    default double preActLoss() {
        return 0;
    }
}
