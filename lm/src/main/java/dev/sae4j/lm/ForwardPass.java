package dev.sae4j.lm;

/// One run of a model over one batch. Add readers and editors, then [#run()], [#losses()] or
/// [#logits(int[])]; the model runs no further than that needs. Not for sharing between threads.
public final class ForwardPass {
    ForwardPass() {}

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
    public ForwardPass read(Hook hook, Reader reader) {
        return Unfinished.yet();
    }

    /// Lets `editor` change the value at a hook: the stream itself at the `resid` points, what is
    /// added to it at `attn_out` and `mlp_out`.
    public ForwardPass edit(Hook hook, Editor editor) {
        return Unfinished.yet();
    }

    /// Starts behind `residPost` instead of at the tokens.
    ///
    /// @param residPost a `resid_post` hook; hooks at or before it are not called
    /// @param stream `[tokenCount, width]`, copied
    public ForwardPass from(Hook residPost, float[] stream) {
        return Unfinished.yet();
    }

    /// Runs until the last hook has been served.
    public void run() {
        Unfinished.yet();
    }

    /// Runs to the end. `[tokenCount]`: entry i is `-log p(token i + 1)` in nats given its sequence
    /// up to token i, NaN for the last token of each sequence.
    public float[] losses() {
        return Unfinished.yet();
    }

    /// Runs to the end. Logits `[rows.length, V]` at the given rows of the batch.
    public float[] logits(int[] rows) {
        return Unfinished.yet();
    }
}
