package dev.sae4j.train.sweep;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.store.ActivationSource;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Held-out rows in memory.
///
/// @param values `[rows, width]`
/// @param variance of all numbers around their one mean, over `n - 1`: what a release divides its
///     squared errors by
record ValidationRows(float[] values, int width, double variance) {
    /// Thrown through a source that has been read far enough.
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super(null, null, false, false);
        }
    }

    /// Reads the first rows of a source.
    ///
    /// @param most rows to read at most
    static ValidationRows read(ActivationSource source, int most) {
        var rows =
                new Object() {
                    float[] values = new float[0];
                    int length;
                };
        long wanted = Math.min((long) most * source.width(), Integer.MAX_VALUE - 16);
        try {
            source.forEach(batch -> {
                int n = (int) Math.min((long) batch.rows() * batch.width(), wanted - rows.length);
                n -= n % batch.width();
                if (rows.length + n > rows.values.length) {
                    long room = Math.max(2L * rows.values.length, rows.length + n);
                    rows.values = Arrays.copyOf(rows.values, (int) Math.min(wanted, room));
                }
                System.arraycopy(batch.values(), 0, rows.values, rows.length, n);
                rows.length += n;
                if (rows.length + batch.width() > wanted) {
                    throw new Enough();
                }
            });
        } catch (Enough e) {
            // the rest of the source is not needed
        }
        if (rows.length == 0) {
            throw new Sae4jException(
                    "no rows are held out to validate on: there are too few documents; harvest more, or hold out more of them (validation: {one_in: 5})");
        }
        float[] values = Arrays.copyOf(rows.values, rows.length);
        return new ValidationRows(values, source.width(), variance(values));
    }

    private static double variance(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (float v : values) {
            squares += (v - mean) * (v - mean);
        }
        return squares / (values.length - 1);
    }

    int rows() {
        return values.length / width;
    }

    /// Tells these rows from others.
    String checksum() {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(width * Float.BYTES);
        for (int at = 0; at < values.length; at += width) {
            bytes.clear().asFloatBuffer().put(values, at, width);
            crc.update(bytes.rewind());
        }
        return Checksum.hex(crc);
    }
}
