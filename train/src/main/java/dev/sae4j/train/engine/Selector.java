package dev.sae4j.train.engine;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import org.jspecify.annotations.Nullable;

/// Finds the entries of a batch while the encoder's product leaves the registers: fills rows,
/// features and pre-activations of [Entries].
interface Selector {
    /// @param x centred input
    /// @param encoder packed
    /// @param norms `[F]` of the decoder rows, valid if the recipe ranks by them
    /// @param beside gets the encoder's products too, some of them twice; null for nobody
    /// @return false if there are so many entries that the dense path is faster; `out` is then not
    ///     filled
    boolean select(
            Workers workers,
            Rows x,
            PackedMatrix encoder,
            StepSettings settings,
            float[] norms,
            Entries out,
            Gemm.@Nullable Sink beside);

    /// What a running threshold averages, of the last batch: the smallest score kept. NaN if nothing
    /// was kept or the architecture has no threshold.
    default double smallestKept() {
        return Double.NaN;
    }
}
