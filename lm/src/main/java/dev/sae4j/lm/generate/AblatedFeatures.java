package dev.sae4j.lm.generate;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Features taken away, see [Intervention#ablate(Sae, int...)]. It counts on how many positions there
/// was something to take: none means that the text is what it would have been anyway.
public final class AblatedFeatures implements Intervention {
    private final Sae sae;
    private final Hook reads;
    private final Hook writes;
    private final BitSet features = new BitSet();
    private final AtomicLong positions = new AtomicLong();
    private final AtomicLong active = new AtomicLong();

    AblatedFeatures(Sae sae, SaePlace place, int... features) {
        if (sae.config().activation() instanceof Activation.Temporal) {
            throw new UsageException(
                    "features of a temporal SAE depend on all earlier tokens: they cannot be taken away while a text is generated");
        }
        for (int feature : features) {
            Directions.checkFeature(sae, feature);
            this.features.set(feature);
        }
        this.sae = sae;
        this.reads = place.reads();
        this.writes = place.writes();
    }

    /// Positions run so far.
    public long positions() {
        return positions.get();
    }

    /// Positions run so far on which at least one of the features was active.
    public long activePositions() {
        return active.get();
    }

    @Override
    public void check(LanguageModel model) {
        SaePlace.check(model, reads, sae.config().dIn());
        SaePlace.check(model, writes, sae.config().dOut());
    }

    @Override
    public void addTo(ForwardPass pass, Workers workers) {
        if (reads.equals(writes)) {
            pass.edit(
                    reads,
                    (x, rows, width) -> subtract(encode(workers, x, rows, width), x, rows, width));
            return;
        }
        List<SparseCodes> seen = new ArrayList<>();
        pass.read(reads, (x, rows, width) -> seen.add(encode(workers, x, rows, width)));
        pass.edit(
                writes,
                (x, rows, width) -> {
                    if (seen.isEmpty()) {
                        throw new UsageException(
                                "the transcoder reads %s, which comes behind its output %s"
                                        .formatted(reads, writes));
                    }
                    subtract(seen.removeLast(), x, rows, width);
                });
    }

    private SparseCodes encode(Workers workers, float[] x, int rows, int width) {
        if (!Vectors.allFinite(x, 0, rows * width)) {
            throw new Sae4jException(
                    "the activations at %s hold NaN or infinity: the model's weights are damaged, or what was done to its inner state was too strong"
                            .formatted(reads));
        }
        boolean together =
                sae.config().activation() instanceof Activation.BatchTopK batch
                        && batch.threshold() == null;
        if (!together) {
            return sae.encode(workers, Rows.of(x, rows, width));
        }
        List<SparseCodes> each =
                new ArrayList<>(); // or a token's features depended on its neighbours
        for (int row = 0; row < rows; row++) {
            float[] one = Arrays.copyOfRange(x, row * width, (row + 1) * width);
            each.add(sae.encode(workers, Rows.of(one, 1, width)));
        }
        return SparseCodes.concat(each);
    }

    /// Subtracts what the features contribute from `x: [rows, d_out]`.
    private void subtract(SparseCodes codes, float[] x, int rows, int width) {
        float[] contribution = new float[rows * width];
        float[] direction = new float[width];
        for (int row = 0; row < rows; row++) {
            boolean any = false;
            for (int i = codes.rowStart()[row]; i < codes.rowStart()[row + 1]; i++) {
                if (features.get(codes.feature()[i])) {
                    any = true;
                    sae.weights().decoder().read(codes.feature()[i], direction, 0);
                    float f = codes.value()[i];
                    Vectors.addScaled(f, direction, 0, contribution, row * width, width);
                }
            }
            positions.incrementAndGet();
            active.addAndGet(any ? 1 : 0);
        }
        Directions.toModelUnits(sae, x, rows, contribution);
        for (int i = 0; i < contribution.length; i++) {
            x[i] -= contribution[i];
        }
    }
}
