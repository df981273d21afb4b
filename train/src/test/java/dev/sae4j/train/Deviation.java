package dev.sae4j.train;

import java.util.Comparator;
import java.util.List;

/// How far one number of a run is off its recording.
///
/// @param what the number is
/// @param step after which it was found, from 1
/// @param off difference, relative to the recorded number
/// @param tolerance that the difference is to keep
record Deviation(
        String what, int step, double expected, double found, double off, double tolerance) {

    /// A number that is compared with itself, relative to its size.
    static Deviation of(String what, int step, double expected, double found, double tolerance) {
        boolean same = expected == found || (Double.isNaN(expected) && Double.isNaN(found));
        double off = same ? 0 : Math.abs(expected - found) / Math.abs(expected);
        return new Deviation(what, step, expected, found, off, tolerance);
    }

    /// A tensor: its largest difference, relative to its largest entry.
    static Deviation of(
            String what, int step, double[] expected, double[] found, double tolerance) {
        if (expected.length != found.length) {
            throw new AssertionError(
                    "%s has %d entries, recorded are %d"
                            .formatted(what, found.length, expected.length));
        }
        int worst = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            if (!(Math.abs(expected[i] - found[i]) <= Math.abs(expected[worst] - found[worst]))) {
                worst = i;
            }
        }
        double difference = Math.abs(expected[worst] - found[worst]);
        double off = difference == 0 ? 0 : difference / largest;
        return new Deviation(what, step, expected[worst], found[worst], off, tolerance);
    }

    /// The share of the tolerance that is used up; NaN if something is not a number.
    double ratio() {
        return off == 0 ? 0 : off / tolerance;
    }

    boolean holds() {
        return off <= tolerance;
    }

    /// The one that uses up most of its tolerance.
    static Deviation worst(List<Deviation> all) {
        return all.stream().max(Comparator.comparingDouble(Deviation::ratio)).orElseThrow();
    }

    @Override
    public String toString() {
        return "%s of step %d: recorded %s, found %s, off by %.2g with a tolerance of %.2g"
                .formatted(what, step, expected, found, off, tolerance);
    }
}
