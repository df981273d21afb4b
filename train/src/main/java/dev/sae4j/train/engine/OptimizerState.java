package dev.sae4j.train.engine;

import dev.sae4j.kernel.Workers;
import java.util.Map;

/// Turns gradients into new weights, and keeps what that needs from step to step. A step is one
/// [#begin] and then one update of each stretch of each parameter; stretches of different threads do
/// not overlap.
public interface OptimizerState {
    /// Begins a step.
    ///
    /// @param learningRate of this step
    void begin(double learningRate);

    /// Updates `n` weights of `p` from index `at`.
    ///
    /// @param gradient of them, from index `from`; not changed
    void update(Parameter p, int at, float[] gradient, int from, int n);

    /// True if `p` can only be updated as a whole, by [#updateWhole].
    default boolean needsWhole(Parameter p) {
        return false;
    }

    /// Updates a whole matrix.
    ///
    /// @param gradient as large as `p`; may be overwritten
    default void updateWhole(Workers workers, Parameter p, float[] gradient) {
        throw new UnsupportedOperationException("this optimizer works on stretches");
    }

    /// Forgets the moments of `n` weights (resampling).
    void reset(Parameter p, int at, int n);

    /// Writes what is to be saved for `p` into `out`, which may be `p.value()`: the weights
    /// themselves, or their average.
    default void averaged(Parameter p, float[] out) {
        System.arraycopy(p.value(), 0, out, 0, out.length);
    }

    /// The arrays that a resumed run needs, by name (`W_enc/m`); the arrays themselves, not copies.
    Map<String, float[]> state();

    /// Numbers that a resumed run needs.
    Map<String, Double> counters();

    /// Sets what [#counters] gave.
    void restore(Map<String, Double> counters);
}
