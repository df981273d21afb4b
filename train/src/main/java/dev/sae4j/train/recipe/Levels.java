package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The prefixes of a Matryoshka SAE and how their errors add up.
///
/// @param widths ascending numbers of features, the last one `d_sae`; null if `fractions` says
/// @param fractions of `d_sae` that each level adds, rounded down; the last level takes the rest
/// @param weights of the levels' errors; null for 1 each with `SUM`, `1/levels` with `MEAN`
/// @param reduction over the weighted errors
/// @param inner the error of all levels but the last
public record Levels(
        @Nullable List<Integer> widths,
        @Nullable List<Double> fractions,
        @Nullable List<Double> weights,
        Reduction reduction,
        Inner inner) {

    /// How weighted errors become one number.
    public enum Reduction {
        SUM,
        MEAN
    }

    /// The error of an inner level.
    public enum Inner {
        /// As that of the full width.
        SQUARED,
        /// `‖e‖₂`, not squared: the snap loss.
        NORM
    }

    public Levels {
        if ((widths == null) == (fractions == null)) {
            throw new UsageException("levels need either 'widths' or 'fractions'");
        }
        int n = widths == null ? fractions.size() : widths.size();
        if (n == 0) {
            throw new UsageException("levels have no widths");
        }
        if (weights != null && weights.size() != n) {
            throw new UsageException(
                    "%d levels have %d weights: expected one each".formatted(n, weights.size()));
        }
        for (int i = 0; widths != null && i < n; i++) {
            if (widths.get(i) <= (i == 0 ? 0 : widths.get(i - 1))) {
                throw new UsageException("level widths %s do not ascend".formatted(widths));
            }
        }
    }

    /// The prefixes as numbers of features. Widths beyond `features` are dropped and a missing last
    /// one is added, so that the levels always end at `features`.
    public List<Integer> widths(int features) {
        List<Integer> ends = new ArrayList<>();
        if (widths != null) {
            widths.stream().filter(w -> w < features).forEach(ends::add);
        } else {
            int end = 0;
            List<Double> shares = java.util.Objects.requireNonNull(fractions);
            for (double share : shares.subList(0, shares.size() - 1)) {
                end += (int) (share * features);
                ends.add(end);
            }
        }
        ends.add(features);
        return List.copyOf(ends);
    }

    /// What each level's error is multiplied with, the reduction included.
    ///
    /// @param count number of levels, of `widths(features)`
    public double[] factors(int count) {
        double[] factors = new double[count];
        for (int i = 0; i < count; i++) {
            double weight =
                    weights == null
                            ? (reduction == Reduction.MEAN ? 1.0 / count : 1)
                            : weights.get(Math.min(i, weights.size() - 1));
            factors[i] = reduction == Reduction.MEAN ? weight / count : weight;
        }
        return factors;
    }
}
