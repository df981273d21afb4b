package dev.sae4j.lm.harvest;

import dev.sae4j.io.Sae4jException;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs an iterator on a thread of its own, a few elements ahead of whoever takes them. Closing ends
/// the thread.
final class Ahead<T> implements AutoCloseable {
    private final BlockingQueue<Slot<T>> queue;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable Error> error = new AtomicReference<>();
    private final Thread thread;

    /// An element, or null for the end.
    private record Slot<T>(@Nullable T element) {}

    /// @param most elements that may wait to be taken
    Ahead(Iterator<? extends T> source, int most, String threadName) {
        queue = new ArrayBlockingQueue<>(most);
        thread = Thread.ofPlatform().daemon().name(threadName).start(() -> produce(source));
    }

    private void produce(Iterator<? extends T> source) {
        try {
            try {
                while (source.hasNext()) {
                    queue.put(new Slot<>(source.next()));
                }
            } catch (RuntimeException e) {
                failure.set(e);
            } catch (Error e) {
                error.set(e);
            }
            queue.put(new Slot<>(null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: nobody waits for more
        }
    }

    /// The next element, or null after the last; an exception of the iterator is thrown here.
    @Nullable T next() {
        T element;
        try {
            element = queue.take().element();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Sae4jException("interrupted while waiting for text", e);
        }
        if (element == null) {
            Error fatal = error.get();
            if (fatal != null) {
                throw fatal;
            }
            RuntimeException first = failure.get();
            if (first != null) {
                throw first;
            }
        }
        return element;
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the thread still reads what the caller is about to close
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
