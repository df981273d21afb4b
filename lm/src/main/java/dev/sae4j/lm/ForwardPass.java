package dev.sae4j.lm;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Linear;
import dev.sae4j.kernel.NextTokenLoss;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One run of a model over one batch. Add readers and editors, then [#run()], [#losses()] or
/// [#logits(int[])]; the model runs no further than that needs, and a later call goes on from
/// there. Not for sharing between threads.
public final class ForwardPass {
    private final Decoder decoder;
    private final Workers workers;
    private final TokenBatch batch;
    private final Map<Hook, List<Editor>> hooks = new HashMap<>();
    private int wanted; // steps that the hooks need
    private int done; // steps done, or to be skipped: two per layer
    private boolean started;
    private float @Nullable [] stream; // [tokens, D], null before the tokens are embedded

    ForwardPass(Decoder decoder, Workers workers, TokenBatch batch) {
        this.decoder = decoder;
        this.workers = workers;
        this.batch = batch;
    }

    /// Sees a value of the model.
    public interface Reader {
        /// @param values row-major `[rows, width]`, valid only during the call, not to be changed
        /// @param rows tokens of the batch
        /// @param width size of the residual stream
        void accept(float[] values, int rows, int width);
    }

    /// Changes a value of the model before it goes on.
    public interface Editor {
        /// @param values row-major `[rows, width]`, to be changed in place
        /// @param rows tokens of the batch
        /// @param width size of the residual stream
        void edit(float[] values, int rows, int width);
    }

    /// Shows the value at a hook to `reader`. Readers and editors of one hook act in the order in
    /// which they were added.
    ///
    /// @throws UsageException if the model has no such layer
    public ForwardPass read(Hook hook, Reader reader) {
        return edit(hook, reader::accept);
    }

    /// Lets `editor` change the value at a hook: the stream itself at the `resid` points, what is
    /// added to it at `attn_out` and `mlp_out`.
    ///
    /// @throws UsageException if the model has no such layer
    public ForwardPass edit(Hook hook, Editor editor) {
        decoder.checkHook(hook);
        boolean next = hook.point() == HookPoint.RESID_PRE && hook.stepsNeeded() == done;
        if (hook.stepsNeeded() <= done && (started || !next)) {
            throw new IllegalStateException("the run is already past " + hook);
        }
        hooks.computeIfAbsent(hook, h -> new ArrayList<>()).add(editor);
        wanted = Math.max(wanted, hook.stepsNeeded());
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
        int width = decoder.width();
        if (values.length != batch.tokenCount() * width) {
            throw new IllegalArgumentException(
                    "a stream of %d floats does not fit %d tokens of width %d"
                            .formatted(values.length, batch.tokenCount(), width));
        }
        stream = values.clone();
        done = residPost.stepsNeeded();
        return this;
    }

    /// Runs until the last hook has been served.
    public void run() {
        if (!hooks.isEmpty()) {
            advance(wanted);
        }
    }

    /// Runs to the end. `[tokenCount]`: entry i is `-log p(token i + 1)` in nats given its sequence
    /// up to token i, NaN for the last token of each sequence.
    public float[] losses() {
        float[] hidden = finalNorm();
        int[] next = new int[batch.tokenCount()];
        for (int s = 0; s < batch.sequences(); s++) {
            for (int row = batch.starts()[s]; row < batch.starts()[s + 1]; row++) {
                next[row] = row + 1 < batch.starts()[s + 1] ? batch.tokens()[row + 1] : -1;
            }
        }
        Rows rows = Rows.of(hidden, next.length, decoder.width());
        return NextTokenLoss.of(workers, rows, decoder.unembedding(workers), next);
    }

    /// Runs to the end. Logits `[rows.length, V]` at the given rows of the batch.
    public float[] logits(int[] rows) {
        float[] last = advance(decoder.steps());
        int width = decoder.width();
        float[] picked = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(last, rows[i] * width, picked, i * width, width);
        }
        decoder.finalNorm(workers, picked, rows.length, picked);
        PackedMatrix head = decoder.unembedding(workers);
        float[] logits = new float[Math.multiplyExact(rows.length, head.rows())];
        Linear.store(workers, Rows.of(picked, rows.length, width), head, null, logits);
        return logits;
    }

    /// Runs to the end. `[tokenCount, width]`: what the unembedding sees.
    float[] finalNorm() {
        float[] last = advance(decoder.steps());
        float[] out = new float[last.length];
        decoder.finalNorm(workers, last, batch.tokenCount(), out);
        return out;
    }

    /// Goes on to `steps` steps and returns the stream.
    private float[] advance(int steps) {
        float[] values = stream;
        if (values == null) {
            values = decoder.embed(workers, batch);
            stream = values;
        }
        if (!started) {
            started = true;
            serve(HookPoint.RESID_PRE, done / 2, values);
        }
        if (done < steps) {
            try (var running = decoder.begin(workers, batch, values)) {
                while (done < steps) {
                    step(running, values);
                    done++;
                }
            }
        }
        return values;
    }

    private void step(Decoder.Running running, float[] values) {
        int layer = done / 2;
        boolean attention = done % 2 == 0;
        HookPoint out = attention ? HookPoint.ATTN_OUT : HookPoint.MLP_OUT;
        if (hooks.containsKey(new Hook(out, layer))) {
            float[] added = new float[values.length];
            running.apply(layer, attention, added);
            serve(out, layer, added);
            Linear.add(values, added);
        } else {
            running.apply(layer, attention, values);
        }
        serve(attention ? HookPoint.RESID_MID : HookPoint.RESID_POST, layer, values);
        if (!attention) {
            serve(HookPoint.RESID_PRE, layer + 1, values);
        }
    }

    private void serve(HookPoint point, int layer, float[] values) {
        for (Editor editor : hooks.getOrDefault(new Hook(point, layer), List.of())) {
            editor.edit(values, batch.tokenCount(), decoder.width());
        }
    }
}
