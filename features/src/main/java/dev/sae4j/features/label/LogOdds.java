package dev.sae4j.features.label;

/// Over-representation of a word: the log-odds ratio with an informative Dirichlet prior (Monroe,
/// Colaresi and Quinn 2008), as a z-score.
///
/// With `y` of `n` words among the examples, `Y` of `N` in the corpus and the prior
/// `a = STRENGTH · Y / N` (`A = STRENGTH` over all words):
///
///     delta = ln((y + a) / (n + A - y - a)) - ln((Y + a) / (N + A - Y - a))
///     z     = delta / sqrt(1 / (y + a) + 1 / (Y + a))
final class LogOdds {
    /// Words that the prior weighs as much as.
    private static final double STRENGTH = 50;

    private LogOdds() {}

    static double z(double y, double n, long corpus, long corpusTotal) {
        double known = Math.max((double) corpus, y); // examples are part of the corpus
        double all = Math.max((double) corpusTotal, n) + 1;
        double a = STRENGTH * known / all;
        double here = Math.log((y + a) / Math.max(1e-9, n + STRENGTH - y - a));
        double there = Math.log((known + a) / Math.max(1e-9, all + STRENGTH - known - a));
        return (here - there) / Math.sqrt(1 / (y + a) + 1 / (known + a));
    }
}
