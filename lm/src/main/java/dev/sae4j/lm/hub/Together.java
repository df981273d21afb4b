package dev.sae4j.lm.hub;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Runs transfers side by side. They mostly wait, so they have threads of their own and leave the
/// workers alone.
final class Together {
    private Together() {}

    /// Runs all of it. If one fails the others are stopped, and its exception is thrown when none
    /// runs any more.
    ///
    /// @param about for the error if the caller is stopped
    /// @param atOnce most that run at the same time
    static void run(String about, List<? extends Callable<@Nullable Void>> tasks, int atOnce) {
        if (tasks.isEmpty()) {
            return;
        }
        RuntimeException failure = null;
        boolean interrupted = false;
        try (ExecutorService team =
                Executors.newFixedThreadPool(
                        Math.min(atOnce, tasks.size()), Thread.ofVirtual().factory())) {
            var results = new ExecutorCompletionService<@Nullable Void>(team);
            tasks.forEach(results::submit);
            for (int i = 0; i < tasks.size() && failure == null && !interrupted; i++) {
                try {
                    results.take().get();
                } catch (ExecutionException e) {
                    failure = asUnchecked(e.getCause());
                    team.shutdownNow();
                } catch (InterruptedException e) {
                    interrupted = true;
                    team.shutdownNow();
                }
            }
        }
        if (interrupted) {
            throw Problems.stopped(about, new InterruptedException());
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException asUnchecked(@Nullable Throwable e) {
        return switch (e) {
            case RuntimeException own -> own;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }
}
