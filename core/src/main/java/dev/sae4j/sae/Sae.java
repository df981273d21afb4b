package dev.sae4j.sae;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A sparse autoencoder, ready to use. One canonical form, whatever file it came from:
///
///     x' = input(x)                               nothing, layer norm, a scale ...
///     z  = W_enc·(x' - b_pre - b_dec) + b_enc     b_dec only if the SAE is centred
///     f  = activation(z)
///     x^ = output(W_dec·f + b_dec + b_pre) + W_skip·x
///
/// where `output` undoes `input`, and `b_pre` and `W_skip` are mostly absent. Opening maps the file
/// and copies nothing; weights are packed when enough rows have been encoded to pay for it. Instances
/// may be shared between threads; [#close()] releases the file.
public final class Sae implements AutoCloseable {
    private final List<Reading> readings;
    private final Reading reading;
    private final List<String> notes;
    private final AutoCloseable file;
    private volatile @Nullable Coder coder;

    /// @param readings the ways to compute with the file, the default first
    /// @param notes what a user of the file should know, a sentence each
    /// @param file closed with this SAE
    public Sae(List<Reading> readings, List<String> notes, AutoCloseable file) {
        this(readings, readings.getFirst(), notes, file);
    }

    /// An SAE that can be read in one way only.
    public Sae(SaeConfig config, SaeWeights weights, AutoCloseable file) {
        this(List.of(Reading.only(config, weights)), List.of(), file);
    }

    private Sae(List<Reading> readings, Reading reading, List<String> notes, AutoCloseable file) {
        this.readings = List.copyOf(readings);
        this.reading = reading;
        this.notes = List.copyOf(notes);
        this.file = file;
    }

    /// An SAE whose weights are in memory.
    public static Sae of(SaeConfig config, ArrayWeights weights) {
        return of(config, weights.weights());
    }

    /// An SAE whose weights are in memory.
    public static Sae of(SaeConfig config, SaeWeights weights) {
        return new Sae(config, weights, () -> {});
    }

    /// Opens an SAE file or folder of any known format.
    ///
    /// @throws dev.sae4j.io.Sae4jException if it is of no known format, ambiguous, or damaged
    public static Sae load(Path path) {
        return Checkpoints.open(path, ReadOptions.NONE);
    }

    public SaeConfig config() {
        return reading.config();
    }

    public SaeWeights weights() {
        return reading.weights();
    }

    /// The reading in use.
    public Reading reading() {
        return reading;
    }

    /// All ways to compute with this file, the default first.
    public List<Reading> readings() {
        return readings;
    }

    /// What a user of the file should know, a sentence each: what it names but does not hold, what
    /// was assumed.
    public List<String> notes() {
        return notes;
    }

    /// The same file, read another way. It shares the file with this SAE, which stays its owner.
    ///
    /// @throws dev.sae4j.io.UsageException if there is no such reading
    public Sae as(String name) {
        for (Reading other : readings) {
            if (other.name().equals(name)) {
                return new Sae(readings, other, notes, () -> {});
            }
        }
        throw new dev.sae4j.io.UsageException(
                "there is no reading '%s': this SAE has %s"
                        .formatted(
                                name,
                                readings.stream()
                                        .map(Reading::name)
                                        .collect(Collectors.joining(", "))));
    }

    /// The architecture as SAELens names it; see [SaeConfig#architecture()].
    public String architecture() {
        String word = config().architecture();
        return weights().skip() == null ? word : word.replaceFirst("(transcoder)?$", "skip_$0");
    }

    /// Features of rows of activations: `x: [B, d_in]`.
    public SparseCodes encode(Workers workers, Rows x) {
        return coder().encode(workers, x);
    }

    /// Reconstructions of a batch of codes, which need not be what [#encode] gave: features may have
    /// been changed.
    ///
    /// @param x the input that the codes belong to, `[B, d_in]`: normalisation is undone with its
    ///     statistics, skip connections and temporal predictions start from it
    /// @param out `[B, d_out]`, overwritten
    public void decode(Workers workers, Rows x, SparseCodes codes, float[] out) {
        coder().decode(workers, x, codes, out);
    }

    /// What a temporal SAE predicts of each row from the rows before it; reconstructions are made of
    /// these codes and the novel ones together.
    ///
    /// @throws IllegalStateException if the SAE is not temporal
    public SparseCodes predicted(Workers workers, Rows x) {
        return coder().predicted(workers, x);
    }

    private Coder coder() {
        Coder ready = coder;
        if (ready == null) {
            synchronized (this) {
                ready = coder;
                if (ready == null) {
                    ready = new Coder(reading.config(), reading.weights());
                    coder = ready;
                }
            }
        }
        return ready;
    }

    /// The same file, read another way; this SAE gives the file over and must not be used any more.
    ///
    /// @throws dev.sae4j.io.UsageException if there is no such reading
    public Sae handOver(String name) {
        Sae other = as(name);
        return new Sae(readings, other.reading, notes, file);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (Exception e) {
            throw new IllegalStateException("could not close the SAE's file", e);
        }
    }
}
