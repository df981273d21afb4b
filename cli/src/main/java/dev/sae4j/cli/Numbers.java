package dev.sae4j.cli;

import java.util.Locale;

/// Numbers as people read them.
final class Numbers {
    private Numbers() {}

    /// `950`, `12.3k`, `4.56M`, `1.02B`: three digits are enough on the way.
    static String count(long n) {
        return count((double) n);
    }

    static String count(double n) {
        return scaled(n, "", "k", "M", "B", "T");
    }

    /// `512 B`, `1.07 GB`; decimal, as disks are sold.
    static String bytes(long n) {
        return scaled((double) n, " B", " kB", " MB", " GB", " TB");
    }

    private static String scaled(double n, String... suffixes) {
        double value = n;
        int i = 0;
        while (value >= 999.5 && i < suffixes.length - 1) {
            value /= 1000;
            i++;
        }
        boolean whole = i == 0 && value == Math.rint(value);
        int decimals = whole || value >= 99.95 ? 0 : value < 9.995 ? 2 : 1;
        return String.format(Locale.ROOT, "%." + decimals + "f%s", value, suffixes[i]);
    }

    /// `8 s`, `2 min 05 s`, `3 h 20 min`.
    static String time(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return seconds < 9.95 ? String.format(Locale.ROOT, "%.1f s", seconds) : s + " s";
        }
        return s < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
    }
}
