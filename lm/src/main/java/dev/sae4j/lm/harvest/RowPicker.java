package dev.sae4j.lm.harvest;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.lm.Hook;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.StoreCounts;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Decides row by row what is kept, counts, and stops exactly when there is enough.
final class RowPicker {
    /// Rows whose median norm is taken for that of all.
    private static final int NORM_SAMPLE = 4096;

    private final Runner runner;
    private final HarvestOptions options;
    private final List<Hook> hooks;
    private final int[] widths; // one for each hook
    private final int width; // of all together
    private final RowBuffer pending;
    private final long limit;
    private final double[] normLimits; // one for each hook
    private boolean sampling;
    private long rows;
    private long documents;
    private long emptyDocuments;
    private long contexts;
    private long splitDocuments;
    private long tokensSeen;
    private long tokensDropped;
    private long rowsExcluded;
    private long rowsSpecial;
    private long rowsAboveNorm;

    /// @param hooks whose values stand side by side in a row
    /// @param from where an earlier harvest came to
    RowPicker(Runner runner, HarvestOptions options, List<Hook> hooks, HarvestMark from) {
        this.runner = runner;
        this.options = options;
        this.limit = options.tokens();
        this.hooks = hooks;
        this.widths = runner.widths();
        this.width = runner.width();
        this.pending = new RowBuffer(widths);
        this.sampling = options.exclude().norm() > 0 && from.normLimits().length == 0;
        this.normLimits = Arrays.copyOf(from.normLimits(), hooks.size());
        StoreCounts counts = from.counts();
        rows = from.rows();
        documents = counts.documents();
        emptyDocuments = counts.emptyDocuments();
        contexts = counts.contexts();
        splitDocuments = counts.splitDocuments();
        tokensSeen = counts.tokensSeen();
        tokensDropped = counts.tokensDropped();
        rowsExcluded = counts.rowsExcluded();
        rowsSpecial = counts.rowsSpecial();
        rowsAboveNorm = counts.rowsAboveNorm();
    }

    /// A point to go on from, if everything before has been handed on.
    Optional<HarvestMark> mark(Place place) {
        boolean limits = options.exclude().norm() > 0;
        return sampling || pending.rows() > 0
                ? Optional.empty()
                : Optional.of(
                        new HarvestMark(
                                place,
                                rows,
                                counts(),
                                limits ? normLimits.clone() : new double[0]));
    }

    boolean isFull() {
        return rows == limit && !sampling;
    }

    /// Takes what the model gave for a batch: `values` is `[tokens, width]`.
    void add(List<Context> batch, float[] values) {
        pending.reserve(batch.stream().mapToInt(c -> c.tokens().length).sum());
        int row = 0;
        for (Context context : batch) {
            if (isFull()) {
                return;
            }
            contexts += context.tokens().length > 0 ? 1 : 0;
            documents += context.counts().documents();
            emptyDocuments += context.counts().empty();
            splitDocuments += context.counts().split();
            tokensDropped += context.counts().dropped();
            for (int position = 0; position < context.tokens().length; position++, row++) {
                if (isFull()) {
                    return;
                }
                add(context, position, values, row * width);
            }
        }
    }

    private void add(Context context, int position, float[] values, int at) {
        int token = context.tokens()[position];
        tokensSeen++;
        Exclusion exclude = options.exclude();
        boolean first = exclude.first() && position == 0;
        if (first || (exclude.special() && runner.isSpecial(token))) {
            rowsExcluded++;
            rowsSpecial += first ? 0 : 1;
            return;
        }
        requireFinite(context, position, values, at);
        pending.add(values, at, token, context.document()[position], position);
        rows++;
        if (sampling) {
            if (rows == Math.min(NORM_SAMPLE, limit)) {
                endSampling();
            }
        } else if (exclude.norm() > 0 && pending.isAbove(normLimits, pending.rows() - 1)) {
            pending.removeLast();
            rows--;
            rowsAboveNorm++;
        }
    }

    private void requireFinite(Context context, int position, float[] values, int at) {
        int from = at;
        for (int part = 0; part < widths.length; from += widths[part++]) {
            if (!Vectors.allFinite(values, from, widths[part])) {
                throw new Sae4jException(
                        "the activation of %s at %s holds NaN or infinity in document %d, position %d (token %d): the model overflows there, or its weights are damaged; nothing was kept"
                                .formatted(
                                        runner.name(),
                                        hooks.get(part),
                                        context.document()[position],
                                        position,
                                        context.tokens()[position]));
            }
        }
    }

    private void endSampling() {
        sampling = false;
        for (int part = 0; part < normLimits.length; part++) {
            normLimits[part] = options.exclude().norm() * pending.medianNorm(part);
        }
        int dropped = pending.dropAbove(normLimits);
        rows -= dropped;
        rowsAboveNorm += dropped;
    }

    /// Hands on what is certain.
    void handOn(Consumer<ActivationBatch> receiver) {
        if (!sampling && pending.rows() > 0) {
            receiver.accept(pending.batch());
            pending.clear();
        }
    }

    /// The text has ended: hands on the rest.
    void finish(Consumer<ActivationBatch> receiver) {
        if (sampling && pending.rows() > 0) {
            endSampling();
        }
        handOn(receiver);
    }

    long rows() {
        return rows;
    }

    StoreCounts counts() {
        return new StoreCounts(
                documents,
                emptyDocuments,
                contexts,
                splitDocuments,
                tokensSeen,
                tokensDropped,
                rowsExcluded,
                rowsSpecial,
                rowsAboveNorm);
    }
}
