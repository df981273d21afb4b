package dev.sae4j.train.metric;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;

/// Adds up, batch by batch, what a [Reconstruction] is made of.
public final class ReconstructionMeter {
    private static final int BLOCK = 256; // rows that one piece of work owns
    private static final int ERROR = 0;
    private static final int SQUARE = 1;
    private static final int COSINE = 2;
    private static final int RATIO = 3;
    private static final int NORM = 4;
    private static final int SUMS = 5;

    private final Workers workers;
    private final Sae sae;
    private final int width;
    private final double[] inputSum; // [D], of x - origin
    private final float[] origin; // [D], the first row: sums of squares around it lose no digits
    private final boolean[] fired; // [F]
    private final double[] total = new double[SUMS];
    private long rows;
    private long active;

    public ReconstructionMeter(Workers workers, Sae sae) {
        this.workers = workers;
        this.sae = sae;
        if (sae.config().transcoder()) {
            throw new UsageException(
                    "this is a transcoder: it predicts another place of the model than it reads, so its reconstructions cannot be measured against its input");
        }
        if (sae.config().activation() instanceof Activation.Temporal) {
            throw new UsageException(
                    "this is a temporal SAE: its features depend on the rows before, in sequences that batches of rows do not keep. 'encode --input' with --sequence gives its features");
        }
        this.width = sae.config().dIn();
        this.inputSum = new double[width];
        this.origin = new float[width];
        this.fired = new boolean[sae.config().dSae()];
    }

    /// Rows measured so far.
    public long rows() {
        return rows;
    }

    /// Measures `n` rows `x: [n, D]`.
    ///
    /// @return their reconstructions, `[n, D]`
    public float[] add(float[] x, int n) {
        SparseCodes codes = sae.encode(workers, Rows.of(x, n, width));
        float[] reconstruction = new float[n * width];
        sae.decode(workers, Rows.of(x, n, width), codes, reconstruction);
        if (rows == 0 && n > 0) {
            System.arraycopy(x, 0, origin, 0, width);
        }
        double[] perRow = new double[n * SUMS];
        workers.forEach(
                Math.ceilDiv(n, BLOCK),
                b -> {
                    float[] difference = new float[width];
                    for (int r = b * BLOCK; r < Math.min(n, (b + 1) * BLOCK); r++) {
                        row(x, reconstruction, r, difference, perRow);
                    }
                });
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < SUMS; i++) {
                total[i] += perRow[r * SUMS + i];
            }
            for (int c = 0; c < width; c++) {
                inputSum[c] += (double) x[r * width + c] - origin[c];
            }
        }
        for (int i = 0; i < codes.entries(); i++) {
            fired[codes.feature()[i]] = true;
        }
        rows += n;
        active += codes.entries();
        return reconstruction;
    }

    private void row(float[] x, float[] y, int r, float[] difference, double[] sums) {
        int at = r * width;
        double xx = Vectors.squaredNorm(x, at, width);
        double yy = Vectors.squaredNorm(y, at, width);
        double xy = Vectors.dot(x, at, y, at, width);
        int to = r * SUMS;
        Vectors.scaledDifference(x, at, y, at, 1f, difference, 0, width);
        sums[to + ERROR] = Vectors.squaredNorm(difference, 0, width);
        Vectors.scaledDifference(x, at, origin, 0, 1f, difference, 0, width);
        sums[to + SQUARE] = Vectors.squaredNorm(difference, 0, width);
        sums[to + COSINE] = xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
        sums[to + RATIO] = xx > 0 ? Math.sqrt(yy / xx) : 1;
        sums[to + NORM] = Math.sqrt(xx);
    }

    /// What the rows so far add up to; NaN everywhere if there were none.
    public Reconstruction result() {
        double meanSquare = 0;
        for (double sum : inputSum) {
            meanSquare += sum * sum / rows;
        }
        double variance = total[SQUARE] - meanSquare;
        int dead = 0;
        for (boolean f : fired) {
            dead += f ? 0 : 1;
        }
        return new Reconstruction(
                rows,
                total[ERROR] / rows,
                variance > 0 ? total[ERROR] / variance : Double.NaN,
                (double) active / rows,
                total[COSINE] / rows,
                total[RATIO] / rows,
                (double) dead / fired.length,
                total[NORM] / rows);
    }
}
