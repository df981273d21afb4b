package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import java.util.List;

/// What becomes of rules that choose features by rank in a format that knows only the `k` largest
/// positive ones of each row.
final class NearestTopK {
    private NearestTopK() {}

    /// `k` of that rule.
    ///
    /// @param format for messages
    /// @param losses gets what is lost
    /// @throws Sae4jException if features are not chosen by rank
    static int k(Activation activation, String format, List<String> losses) {
        return switch (activation) {
            case Activation.TopK(int k) -> k;
            case Activation.SignedTopK(int k) -> {
                losses.add(
                        "TopK of %s applies ReLU: negative activations are lost".formatted(format));
                yield k;
            }
            case Activation.AbsTopK(int k) -> {
                losses.add(
                        "TopK of %s keeps the largest, not those of the largest magnitude: negative activations are lost"
                                .formatted(format));
                yield k;
            }
            case Activation.BatchTopK batch -> {
                int k = whole(batch.k());
                losses.add(
                        "%s has no BatchTopK: each row would keep %d features of its own"
                                .formatted(format, k));
                yield k;
            }
            default ->
                    throw new Sae4jException(
                            "%s has no place for %s"
                                    .formatted(format, activation.getClass().getSimpleName()));
        };
    }

    /// The nearest whole `k`.
    static int whole(double k) {
        return (int) Math.max(1, Math.round(k));
    }
}
