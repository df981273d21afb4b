package dev.sae4j.store;

import dev.sae4j.io.Sae4jException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One walk through a source, from which rows are taken instead of being handed them. The source
/// runs on a thread of its own, one batch ahead.
///
/// The thread is never interrupted, for that would close files that others read too: when the walk
/// is closed, it ends at the source's next batch.
final class PulledRows implements AutoCloseable {
    private final int width;
    private final Thread thread;

    /// Rows that wait to be taken; guarded by this.
    private float @Nullable [] waiting;

    private MarkedSource.@Nullable Mark waitingMark; // in front of them; guarded by this
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;

    /// Told last, in the source's thread.
    private MarkedSource.@Nullable Mark told;

    private float[] block = {};
    private MarkedSource.@Nullable Mark blockMark;
    private int blockRows;
    private int taken;

    /// Ends the source's walk; nobody sees it.
    private static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Closed() {
            super("closed", null, false, false);
        }
    }

    PulledRows(ActivationSource source) {
        this(source, null);
    }

    /// @param from where the walk begins; null for the first row. Only marked sources can begin
    ///     elsewhere
    PulledRows(ActivationSource source, MarkedSource.@Nullable Mark from) {
        width = source.width();
        thread = Thread.ofPlatform().daemon().name("activations").start(() -> walk(source, from));
    }

    private void walk(ActivationSource source, MarkedSource.@Nullable Mark from) {
        Throwable problem = null;
        try {
            if (source instanceof MarkedSource marked) {
                marked.forEach(from, mark -> told = mark, this::hand);
            } else {
                source.forEach(this::hand);
            }
        } catch (Closed e) {
            return;
        } catch (RuntimeException | Error e) {
            problem = e;
        }
        synchronized (this) {
            failure = problem;
            ended = true;
            notifyAll();
        }
    }

    private synchronized void hand(ActivationBatch batch) {
        if (batch.rows() == 0) {
            return;
        }
        waitUntil(() -> waiting == null || closed);
        if (closed) {
            throw new Closed();
        }
        waiting = Arrays.copyOf(batch.values(), batch.rows() * width);
        waitingMark = told;
        told = null;
        notifyAll();
    }

    /// Copies the next row to row `slot` of `target`: `[.., width]`; false if there is none.
    boolean next(float[] target, int slot) {
        if (taken == blockRows && !nextBlock()) {
            return false;
        }
        System.arraycopy(block, taken++ * width, target, slot * width, width);
        return true;
    }

    /// The mark in front of the row taken last, if the source has told one there. Asked once.
    MarkedSource.@Nullable Mark mark() {
        MarkedSource.Mark mark = taken == 1 ? blockMark : null;
        blockMark = null;
        return mark;
    }

    private synchronized boolean nextBlock() {
        waitUntil(() -> waiting != null || ended);
        float[] next = waiting;
        if (next == null) {
            return switch (failure) {
                case null -> false;
                case Error e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw new IllegalStateException(failure);
            };
        }
        waiting = null;
        notifyAll();
        block = next;
        blockMark = waitingMark;
        blockRows = next.length / width;
        taken = 0;
        return true;
    }

    private synchronized void waitUntil(BooleanSupplier ready) {
        try {
            while (!ready.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Sae4jException("interrupted while waiting for activations", e);
        }
    }

    /// Ends the walk and waits until the source has noticed.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting = null;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the source still reads what the caller is about to close
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
