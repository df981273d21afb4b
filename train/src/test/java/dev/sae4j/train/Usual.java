package dev.sae4j.train;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How far a run has been off its recording so far: what it may be suspected by, long before a
/// tolerance is exceeded, of having chosen otherwise than the recording.
final class Usual {
    /// Series of a correct run begin nearer to the recording than this, whatever its drift.
    private static final double FIRST = 1e-5;

    /// Rounding does not grow by more from one step to the next.
    private static final double GROWTH = 10;

    private final Map<String, Double> most = new HashMap<>();

    /// Takes in a step.
    void add(List<Deviation> found) {
        found.forEach(d -> most.merge(d.what(), d.off(), Math::max));
    }

    /// True if a number is outside its tolerance, or much farther off than ever before.
    boolean isExceeded(List<Deviation> found) {
        return found.stream().anyMatch(d -> !d.holds() || d.off() > limit(d.what()));
    }

    private double limit(String what) {
        return Math.max(FIRST, GROWTH * most.getOrDefault(what, 0.0));
    }

    /// How far the weights were off at most, by their norms.
    double weights() {
        return most.entrySet().stream()
                .filter(e -> e.getKey().startsWith("param_norm/"))
                .mapToDouble(Map.Entry::getValue)
                .max()
                .orElse(0);
    }
}
