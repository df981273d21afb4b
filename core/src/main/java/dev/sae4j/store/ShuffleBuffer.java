package dev.sae4j.store;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Mixes the rows of a live source, such as a language model running over a text: a buffer is
/// filled, half of it is given in random order, and what was given is filled up again. At the end of
/// the source the rest is given too, so that each row comes once an epoch.
///
/// The order depends on the seed, the number of the epoch and the source alone. The source runs on
/// a thread of its own, one batch ahead. For one thread at a time.
public final class ShuffleBuffer implements TrainingRows, AutoCloseable {
    private final ActivationSource source;
    private final boolean repeats;
    private final EpochSeeds seeds;
    private final int width;

    /// `[capacity, width]`
    private final float[] buffer;

    /// the epoch that is being read, null between two of them
    private @Nullable MixedWalk walk;

    private long epoch;
    private long withinEpoch;
    private long epochRows = Long.MAX_VALUE;
    private long position;

    private ShuffleBuffer(ActivationSource source, long rows, long seed, boolean repeats) {
        if (rows < 1) {
            throw new IllegalArgumentException("a buffer needs at least 1 row, got " + rows);
        }
        this.source = source;
        this.repeats = repeats;
        seeds = new EpochSeeds(seed);
        width = source.width();
        buffer = new float[(int) Math.min(rows, (Integer.MAX_VALUE - 8) / width) * width];
    }

    /// The rows of a source once; then this has ended.
    ///
    /// @param rows that the buffer holds, as float32
    public static ShuffleBuffer once(ActivationSource source, long rows, long seed) {
        return new ShuffleBuffer(source, rows, seed, false);
    }

    /// The rows of a source again and again, in another order each time.
    ///
    /// @param rows that the buffer holds, as float32
    public static ShuffleBuffer repeating(ActivationSource source, long rows, long seed) {
        return new ShuffleBuffer(source, rows, seed, true);
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public long rowsPerEpoch() {
        return epochRows;
    }

    @Override
    public int next(float[] target, int rows) {
        int n = 0;
        while (n < rows && (advance(target, n) || (beginEpoch() && advance(target, n)))) {
            n++;
        }
        return n;
    }

    @Override
    public int nextWithinEpoch(float[] target, int rows) {
        int n = 0;
        while (n < rows && (advance(target, n) || (n == 0 && beginEpoch() && advance(target, 0)))) {
            n++;
        }
        return n;
    }

    /// Copies the next row of this epoch to row `slot` of `target`; false if there is none.
    private boolean advance(float[] target, int slot) {
        if (walk == null) {
            return false;
        }
        if (walk.next(target, slot)) {
            withinEpoch++;
            position++;
            return true;
        }
        close();
        if (withinEpoch == 0) {
            throw new Sae4jException(
                    "there are no activations to train on: is the text empty, or does --exclude leave out every position?");
        }
        epochRows = withinEpoch;
        epoch++;
        return false;
    }

    private boolean beginEpoch() {
        if (epoch > 0 && !repeats) {
            return false;
        }
        withinEpoch = 0;
        walk = new MixedWalk(source, buffer, seeds.of(epoch));
        return true;
    }

    @Override
    public long position() {
        return position;
    }

    /// Goes to another position. Without a cursor this is slow: the source runs again from the beginning of the
    /// epoch (of the first one, as long as the length of an epoch is not known), and what comes
    /// before the position is thrown away.
    @Override
    public void seek(long row) {
        RowOrder.checkPosition(row);
        if (row < position || row / epochRows > epoch) {
            close();
            epoch = repeats ? row / epochRows : 0;
            position = epoch == 0 ? 0 : epoch * epochRows;
        }
        float[] ignored = new float[width];
        while (position < row) {
            if (next(ignored, 1) == 0) {
                throw new Sae4jException(
                        "the activations end after %d rows, but row %d is wanted: is it the same text, and the same model?"
                                .formatted(position, row));
            }
        }
    }

    @Override
    public @Nullable RowsCursor cursor() {
        MixedWalk.State state = walk == null ? null : walk.state(withinEpoch);
        if (walk != null && state == null) {
            return null;
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("epoch", epoch);
        facts.put("epoch_rows", epochRows);
        if (state != null) {
            facts.put("given", state.given());
            facts.put("source_rows", state.sourceRows());
            facts.put("mark", state.mark());
        }
        return new RowsCursor(
                Json.STRICT.valueToTree(facts), state == null ? new float[0] : state.kept());
    }

    /// Goes to a position at which a cursor was given: the source runs again from the cursor's mark
    /// on, to fill the buffer with what it held.
    @Override
    public void seek(long row, RowsCursor cursor) {
        close();
        JsonNode facts = cursor.facts();
        epoch = facts.path("epoch").asLong();
        epochRows = facts.path("epoch_rows").asLong();
        withinEpoch = facts.path("given").asLong(0);
        position = row;
        if (facts.has("mark") && source instanceof MarkedSource marked) {
            var state =
                    new MixedWalk.State(
                            withinEpoch,
                            facts.path("source_rows").asLong(),
                            marked.mark(facts.path("mark")),
                            cursor.kept());
            walk = new MixedWalk(source, buffer, seeds.of(epoch), state);
        }
    }

    /// Ends the walk through the source.
    @Override
    public void close() {
        if (walk != null) {
            walk.close();
            walk = null;
        }
    }
}
