package dev.sae4j.train.schedule;

import dev.sae4j.io.Sae4jException;
import java.util.Map;

/// Reads the named numbers of a checkpoint.
public final class Counters {
    private Counters() {}

    /// The number called `name`.
    ///
    /// @throws Sae4jException if there is none
    public static double get(Map<String, Double> saved, String name) {
        Double value = saved.get(name);
        if (value == null) {
            throw new Sae4jException(
                    "the checkpoint has no number '%s', only %s: it belongs to another recipe"
                            .formatted(name, saved.keySet().stream().sorted().toList()));
        }
        return value;
    }

    /// The count called `name`, a whole number from 0 to `most`.
    ///
    /// @throws Sae4jException if there is none, or it is something else
    public static long count(Map<String, Double> saved, String name, long most) {
        double value = get(saved, name);
        if (!(value >= 0 && value <= most && value == Math.rint(value))) {
            throw new Sae4jException(
                    "the checkpoint's '%s' is %s: expected a whole number from 0 to %d"
                            .formatted(name, value, most));
        }
        return (long) value;
    }
}
