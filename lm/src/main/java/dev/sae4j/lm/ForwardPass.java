package dev.sae4j.lm;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Factor;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.NextTokenLoss;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.SoftCap;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.DecoderSpec;
import org.jspecify.annotations.Nullable;

/// One run of a model over one batch. Add readers and editors, then [#run()], [#losses()] or
/// [#logits(int[])]; the model runs no further than that needs, and a later call goes on from
/// there. Not for sharing between threads.
public final class ForwardPass {
    /// Rows whose logits are capped in one piece of work.
    private static final int PIECE = 16;

    private final Decoder decoder;
    private final DecoderSpec spec;
    private final Workers workers;
    private final TokenBatch batch;
    private final @Nullable TextMemory memory;
    private final int past; // tokens in the memory when the run began
    private final HookTable hooks;
    private int wanted; // steps that the hooks need
    private int done; // steps done, or to be skipped: see Hook.stepsNeeded
    private boolean started;
    private float @Nullable [] stream; // [tokens, D], null before the tokens are embedded
    private float @Nullable [] beforeLayer; // [tokens, D], what both parts of a layer read
    private float @Nullable [] normed; // [tokens, D], null before the final norm
    private float @Nullable [] allLogits; // [tokens, V], null unless a hook needs them

    /// @param memory what the model has read of the one sequence of the batch so far; null if all
    ///     sequences begin here
    ForwardPass(Decoder decoder, Workers workers, TokenBatch batch, @Nullable TextMemory memory) {
        this.decoder = decoder;
        this.spec = decoder.spec();
        this.workers = workers;
        this.batch = batch;
        this.memory = memory;
        this.past = memory == null ? 0 : memory.length();
        this.hooks = new HookTable(batch.tokenCount());
    }

    /// Sees a value of the model.
    public interface Reader {
        /// @param values row-major `[rows, width]`, valid only during the call, not to be changed
        /// @param rows tokens of the batch
        /// @param width floats per token at this hook
        void accept(float[] values, int rows, int width);
    }

    /// Changes a value of the model before it goes on; [Edits] has the usual ones.
    public interface Editor {
        /// @param values row-major `[rows, width]`, to be changed in place
        /// @param rows tokens of the batch
        /// @param width floats per token at this hook
        void edit(float[] values, int rows, int width);
    }

    /// Shows the value at a hook to `reader`. Readers and editors of one hook act in the order in
    /// which they were added.
    ///
    /// @throws UsageException if the model has no such value
    public ForwardPass read(Hook hook, Reader reader) {
        return edit(hook, reader::accept);
    }

    /// Lets `editor` change the value at a hook, as [HookPoint] describes it, before the model goes
    /// on with it.
    ///
    /// @throws UsageException if the model has no such value
    public ForwardPass edit(Hook hook, Editor editor) {
        decoder.checkHook(hook);
        int steps = hook.stepsNeeded(spec.layers());
        boolean next = hook.point() == HookPoint.RESID_PRE && steps == done;
        if (steps <= done && (started || !next)) {
            throw new IllegalStateException("the run is already past " + hook);
        }
        hooks.add(hook, editor);
        wanted = Math.max(wanted, steps);
        return this;
    }

    /// Starts behind `residPost` instead of at the tokens. To be called before hooks are added.
    ///
    /// @param residPost a `resid_post` hook; only later hooks can be used
    /// @param values `[tokenCount, width]`, copied
    public ForwardPass from(Hook residPost, float[] values) {
        decoder.checkHook(residPost);
        if (residPost.point() != HookPoint.RESID_POST) {
            throw new IllegalArgumentException("runs start behind resid_post, not " + residPost);
        }
        if (started || stream != null || !hooks.isEmpty()) {
            throw new IllegalStateException("from() comes before hooks and runs");
        }
        if (memory != null) {
            throw new IllegalStateException("a text that is gone on with runs through all layers");
        }
        if (values.length != batch.tokenCount() * spec.width()) {
            throw new IllegalArgumentException(
                    "a stream of %d floats does not fit %d tokens of width %d"
                            .formatted(values.length, batch.tokenCount(), spec.width()));
        }
        stream = values.clone();
        done = residPost.stepsNeeded(spec.layers());
        return this;
    }

    /// Runs until the last hook has been served.
    public void run() {
        if (hooks.isEmpty()) {
            return;
        }
        advance(Math.min(wanted, decoder.steps()));
        if (wanted > decoder.steps()) {
            finalNorm();
        }
        if (wanted > decoder.steps() + 1) {
            allLogits();
        }
    }

    /// Runs to the end. `[tokenCount]`: entry i is `-log p(token i + 1)` in nats given its sequence
    /// up to token i, NaN for the last token of each sequence.
    public float[] losses() {
        int[] next = new int[batch.tokenCount()];
        for (int s = 0; s < batch.sequences(); s++) {
            for (int row = batch.starts()[s]; row < batch.starts()[s + 1]; row++) {
                next[row] = row + 1 < batch.starts()[s + 1] ? batch.tokens()[row + 1] : -1;
            }
        }
        if (hooks.has(HookPoint.LOGITS, 0)) {
            return NextTokenLoss.ofLogits(allLogits(), next);
        }
        Rows rows = Rows.of(finalNorm(), next.length, spec.width());
        float cap = (float) spec.head().softCap();
        return NextTokenLoss.of(workers, rows, decoder.unembedding(), cap, next);
    }

    /// Runs to the end. Logits `[rows.length, V]` at the given rows of the batch.
    public float[] logits(int[] rows) {
        if (hooks.has(HookPoint.LOGITS, 0)) {
            return picked(allLogits(), spec.vocabulary(), rows);
        }
        if (normed != null || hooks.has(HookPoint.FINAL_NORM, 0)) {
            return logitsOf(picked(finalNorm(), spec.width(), rows), rows.length);
        }
        float[] last = picked(advance(decoder.steps()), spec.width(), rows);
        decoder.finalNorm(workers, last, rows.length);
        return logitsOf(last, rows.length);
    }

    private static float[] picked(float[] all, int width, int[] rows) {
        float[] picked = new float[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(all, rows[i] * width, picked, i * width, width);
        }
        return picked;
    }

    /// Logits `[rows, V]` of what the unembedding reads, `[rows, D]`.
    private float[] logitsOf(float[] hidden, int rows) {
        Factor head = decoder.unembedding();
        int vocabulary = head.rows();
        float[] logits = new float[Math.multiplyExact(rows, vocabulary)];
        Linear.store(workers, Rows.of(hidden, rows, spec.width()), head, null, logits);
        float cap = (float) spec.head().softCap();
        if (cap != 0) {
            workers.forEach(
                    Math.ceilDiv(rows, PIECE),
                    piece -> {
                        int count = Math.min(PIECE, rows - piece * PIECE);
                        int at = piece * PIECE * vocabulary;
                        SoftCap.apply(cap, logits, at, count * vocabulary);
                    });
        }
        return logits;
    }

    /// Runs to the end. `[tokenCount, V]`, with the edits of hooks.
    private float[] allLogits() {
        float[] logits = allLogits;
        if (logits == null) {
            logits = logitsOf(finalNorm(), batch.tokenCount());
            hooks.serve(HookPoint.LOGITS, 0, logits, spec.vocabulary());
            allLogits = logits;
            done = decoder.steps() + 2;
        }
        return logits;
    }

    /// Runs to the end. `[tokenCount, width]`: what the unembedding reads, with the edits of hooks.
    private float[] finalNorm() {
        float[] hidden = normed;
        if (hidden == null) {
            hidden = advance(decoder.steps()).clone();
            decoder.finalNorm(workers, hidden, batch.tokenCount());
            hooks.serve(HookPoint.FINAL_NORM, 0, hidden, spec.width());
            normed = hidden;
            done = decoder.steps() + 1;
        }
        return hidden;
    }

    /// Goes on to `steps` steps, if it is not there yet, and returns the stream.
    private float[] advance(int steps) {
        float[] values = stream;
        if (values == null) {
            values = decoder.embed(workers, batch, past);
            stream = values;
        }
        if (!started) {
            started = true;
            hooks.serve(HookPoint.RESID_PRE, done / 2, values, spec.width());
        }
        if (done < steps) {
            float[] through = values;
            requireUnchangedMemory();
            decoder.run(
                    workers,
                    batch,
                    memory,
                    hooks,
                    running -> {
                        while (done < steps) {
                            step(running, through);
                            done++;
                        }
                    });
            if (memory != null && done >= decoder.steps()) {
                memory.add(batch.tokenCount());
            }
        }
        return values;
    }

    private void requireUnchangedMemory() {
        if (memory != null && memory.length() != past) {
            throw new IllegalStateException(
                    "the text has gone on to %d tokens meanwhile, this run is of those from %d on"
                            .formatted(memory.length(), past));
        }
    }

    private void step(LayerRun running, float[] values) {
        int layer = done / 2;
        int width = spec.width();
        if (done % 2 == 0) {
            if (spec.block().parallel()) {
                keep(values);
            }
            running.attention(layer, values);
            hooks.serve(HookPoint.RESID_MID, layer, values, width);
        } else {
            running.mlp(layer, beforeLayer == null ? values : beforeLayer, values);
            hooks.serve(HookPoint.RESID_POST, layer, values, width);
            hooks.serve(HookPoint.RESID_PRE, layer + 1, values, width);
        }
    }

    private void keep(float[] values) {
        float[] kept = beforeLayer;
        if (kept == null) {
            beforeLayer = values.clone();
        } else {
            System.arraycopy(values, 0, kept, 0, values.length);
        }
    }
}
