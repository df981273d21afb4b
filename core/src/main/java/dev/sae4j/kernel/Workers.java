package dev.sae4j.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A fixed team of threads that shares out numbered pieces of work. Which thread takes a piece is
/// left to chance, so a piece must write only what it owns: then results never depend on the number
/// of threads. The calling thread works too. One piece of work may not start another.
public final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService team;

    private Workers(int threads) {
        this.threads = threads;
        this.team =
                Executors.newFixedThreadPool(
                        Math.max(1, threads - 1),
                        Thread.ofPlatform().daemon().name("worker-", 1).factory());
    }

    /// A team of `threads` threads, at least 1.
    public static Workers of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
        return new Workers(threads);
    }

    /// One thread for each processor that the process may use.
    public static Workers ofAllProcessors() {
        return of(Runtime.getRuntime().availableProcessors());
    }

    /// Threads in the team, the caller's included.
    public int threads() {
        return threads;
    }

    /// Runs `body` for 0, 1, ... `pieces - 1` and returns when all are done. If a piece throws, no
    /// new ones are started and the first exception is thrown here.
    public void forEach(int pieces, IntConsumer body) {
        if (threads == 1 || pieces <= 1) {
            for (int i = 0; i < pieces; i++) {
                body.accept(i);
            }
            return;
        }
        var next = new AtomicInteger();
        var failure = new AtomicReference<@Nullable RuntimeException>();
        var error = new AtomicReference<@Nullable Error>();
        Runnable take =
                () -> {
                    try {
                        for (int i = next.getAndIncrement();
                                i < pieces;
                                i = next.getAndIncrement()) {
                            body.accept(i);
                        }
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, e);
                        next.set(pieces);
                    } catch (Error e) {
                        error.compareAndSet(null, e);
                        next.set(pieces);
                    }
                };
        int helpers = Math.min(threads, pieces) - 1;
        var done = new CountDownLatch(helpers);
        for (int i = 0; i < helpers; i++) {
            team.execute(() -> {
                take.run();
                done.countDown();
            });
        }
        take.run();
        await(done);
        Error fatal = error.get();
        if (fatal != null) {
            throw fatal;
        }
        RuntimeException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private static void await(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted =
                        true; // the pieces still write into the caller's arrays: wait for them
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        team.shutdown();
    }
}
