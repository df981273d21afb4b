package dev.sae4j.train.metric;

import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.ActivationSource;
import java.util.function.LongConsumer;

/// How an SAE reconstructs a set of activations. With `e = x - x^` over `N` rows of `D` dimensions:
///
/// @param rows N
/// @param mse `1/N · sum |e|²` (summed over dimensions)
/// @param fvu fraction of variance unexplained: `sum |e|² / (sum |x|² - |sum x|²/N)`; NaN if the
///     activations do not vary
/// @param l0 mean number of active features per row
/// @param cosine mean over rows of `cos(x, x^)`
/// @param l2Ratio mean over rows of `|x^| / |x|`
/// @param deadFraction share of features that fired on none of the rows
/// @param meanNorm mean of `|x|`
public record Reconstruction(
        long rows,
        double mse,
        double fvu,
        double l0,
        double cosine,
        double l2Ratio,
        double deadFraction,
        double meanNorm) {

    /// `1 - fvu`, over all rows at once: not a mean of batches.
    public double explainedVariance() {
        return 1 - fvu;
    }

    /// Measures all rows of `source`.
    ///
    /// @param progress is told the number of rows done
    public static Reconstruction measure(
            Workers workers, Sae sae, ActivationSource source, LongConsumer progress) {
        var meter = new ReconstructionMeter(workers, sae);
        source.forEach(batch -> {
            meter.add(batch.values(), batch.rows());
            progress.accept(meter.rows());
        });
        return meter.result();
    }
}
