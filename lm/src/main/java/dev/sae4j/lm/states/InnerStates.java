package dev.sae4j.lm.states;

import dev.sae4j.io.Tensor;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.HookPoint;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What a model computes on given tokens, as tensors named by their hooks: `resid_post.3` of shape
/// `[rows, columns, width]`, with zeros at padding; beside them the tokens (`input_ids`,
/// `attention_mask`), and if they are wanted `logits` `[rows, columns, V]`, `loss` `[1]` (mean
/// next-token cross entropy in nats, over the predictions whose input and target are both tokens) and
/// `token_nll` `[rows, columns - 1]` (that of each prediction, 0 where there is none).
///
/// @param tensors in this order: tokens, hooks as asked for, logits and losses
/// @param loss NaN if it was not wanted, or nothing was predicted
public record InnerStates(List<Tensor> tensors, double loss) {
    /// Logits that one run may hold at once, in floats, and tokens of one run.
    private static final int RUN_LOGITS = 1 << 24;

    private static final int RUN_TOKENS = 4096;

    /// Every value that a model has: all points of all layers, the final norm's output and the logits.
    /// Where nothing is normed behind attention and MLP, what they add is what they give, and only
    /// `attn_out` and `mlp_out` are listed.
    public static List<Hook> all(LanguageModel model) {
        List<Hook> hooks = new ArrayList<>();
        for (int layer = 0; layer < model.spec().layers(); layer++) {
            for (HookPoint point : HookPoint.values()) {
                boolean between = point == HookPoint.RESID_MID && model.spec().block().parallel();
                if (point.isInLayer() && !between) {
                    Hook hook = new Hook(point, layer);
                    if (model.plain(hook).equals(hook)) {
                        hooks.add(hook);
                    }
                }
            }
        }
        hooks.add(Hook.FINAL_NORM);
        hooks.add(Hook.LOGITS);
        return hooks;
    }

    /// Bytes that the tensors take, all at once in memory.
    ///
    /// @param losses true if the losses are wanted
    public static long bytes(
            LanguageModel model, TokenGrid tokens, List<Hook> hooks, boolean losses) {
        long cells = (long) tokens.rows() * tokens.columns();
        long perCell = 2L * Long.BYTES + (losses ? Float.BYTES : 0);
        for (Hook hook : hooks) {
            perCell += (long) Float.BYTES * model.width(hook);
        }
        return cells * perCell;
    }

    /// Runs the model, no further than the last hook unless the losses are wanted.
    ///
    /// @param hooks without repetitions
    /// @param progress told how many tokens have been run
    /// @throws UsageException if the model has no such value, or it does not fit into an array
    public static InnerStates of(
            Workers workers,
            LanguageModel model,
            TokenGrid tokens,
            List<Hook> hooks,
            boolean losses,
            LongConsumer progress) {
        var states = new Collected(model, tokens, hooks, losses);
        int row = 0;
        long done = 0;
        boolean logits = losses || hooks.contains(Hook.LOGITS);
        int most =
                logits
                        ? Math.clamp(RUN_LOGITS / model.spec().vocabulary(), 1, RUN_TOKENS)
                        : RUN_TOKENS;
        while (row < tokens.rows()) {
            int to = row + 1;
            int n = tokens.lengths()[row];
            while (to < tokens.rows() && n + tokens.lengths()[to] <= most) {
                n += tokens.lengths()[to++];
            }
            states.run(workers, row, to);
            row = to;
            done += n;
            progress.accept(done);
        }
        return states.finish();
    }

    /// The tensors while they are filled.
    private static final class Collected {
        private final LanguageModel model;
        private final TokenGrid tokens;
        private final List<Hook> hooks;
        private final float[][] values; // for each hook [rows, columns, width]
        private final float @Nullable [] losses; // [rows, columns - 1]

        Collected(LanguageModel model, TokenGrid tokens, List<Hook> hooks, boolean losses) {
            this.model = model;
            this.tokens = tokens;
            this.hooks = hooks;
            this.values = new float[hooks.size()][];
            long cells = (long) tokens.rows() * tokens.columns();
            for (Hook hook : hooks) {
                model.checkHook(hook);
                if (cells * model.width(hook) > Integer.MAX_VALUE - 8) {
                    throw new UsageException(
                            "%s of %,d tokens is %,d numbers, more than fit into one tensor here: take fewer tokens at a time"
                                    .formatted(hook, cells, cells * model.width(hook)));
                }
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = new float[(int) cells * model.width(hooks.get(i))];
            }
            this.losses = losses ? new float[tokens.rows() * (tokens.columns() - 1)] : null;
        }

        void run(Workers workers, int from, int to) {
            TokenBatch batch = tokens.batch(from, to);
            ForwardPass pass = model.forward(workers, batch);
            for (int i = 0; i < values.length; i++) {
                float[] target = values[i];
                pass.read(
                        hooks.get(i),
                        (x, rows, width) -> {
                            for (int r = from; r < to; r++) {
                                System.arraycopy(
                                        x,
                                        batch.starts()[r - from] * width,
                                        target,
                                        r * tokens.columns() * width,
                                        tokens.lengths()[r] * width);
                            }
                        });
            }
            pass.run();
            float[] all = losses;
            if (all != null) {
                float[] perToken = pass.losses();
                for (int r = from; r < to; r++) {
                    System.arraycopy(
                            perToken,
                            batch.starts()[r - from],
                            all,
                            r * (tokens.columns() - 1),
                            Math.max(0, tokens.lengths()[r] - 1));
                }
            }
        }

        InnerStates finish() {
            int rows = tokens.rows();
            int columns = tokens.columns();
            List<Tensor> tensors = new ArrayList<>();
            long[] ids = new long[rows * columns];
            long[] mask = new long[rows * columns];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = tokens.ids()[i];
                mask[i] = i % columns < tokens.lengths()[i / columns] ? 1 : 0;
            }
            tensors.add(Tensor.ofLongs("input_ids", ids, rows, columns));
            tensors.add(Tensor.ofLongs("attention_mask", mask, rows, columns));
            for (int i = 0; i < values.length; i++) {
                Hook hook = hooks.get(i);
                int width = model.width(hook);
                tensors.add(Tensor.ofFloats(hook.toString(), values[i], rows, columns, width));
            }
            double loss = Double.NaN;
            float[] all = losses;
            if (all != null) {
                loss = mean(all);
                tensors.add(Tensor.ofFloats("loss", new float[] {(float) loss}, 1));
                tensors.add(Tensor.ofFloats("token_nll", all, rows, columns - 1));
            }
            return new InnerStates(List.copyOf(tensors), loss);
        }

        private double mean(float[] all) {
            double sum = 0;
            long n = 0;
            for (int r = 0; r < tokens.rows(); r++) {
                for (int t = 0; t + 1 < tokens.lengths()[r]; t++) {
                    sum += all[r * (tokens.columns() - 1) + t];
                    n++;
                }
            }
            return sum / n;
        }
    }
}
