package dev.sae4j.lm.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Puts a stretch of a file, as it comes in, where it belongs. What is there already is skipped, so
/// that a server which starts at the beginning again does no harm.
final class RangeSink implements BodySubscriber<RangeSink.End> {
    /// How a body ended.
    enum End {
        /// It was read up to its end.
        READ,
        /// The server has sent another part of the file than was asked for: all of it.
        RANGE_IGNORED,
        /// The server has sent more than the file has, or speaks of another size.
        ANOTHER_FILE
    }

    private final Partial partial;
    private final Meter meter;
    private final long end;
    private final Function<IOException, RuntimeException> cannotWrite;
    private final CompletableFuture<End> result = new CompletableFuture<>();
    private long at;
    private Flow.@Nullable Subscription subscription;

    private RangeSink(
            Partial partial,
            Meter meter,
            long from,
            long end,
            Function<IOException, RuntimeException> cannotWrite) {
        this.partial = partial;
        this.meter = meter;
        this.at = from;
        this.end = end;
        this.cannotWrite = cannotWrite;
    }

    /// Makes the sink of one request. After [#close] nothing of it is written any more, even if the
    /// connection was given up and is still bringing bytes: the next request has the part for itself.
    ///
    /// @param from first byte
    /// @param end behind the last byte
    /// @param ranged true if only these were asked for, with `Range`
    record Handler(
            Partial partial,
            Meter meter,
            long from,
            long end,
            boolean ranged,
            Function<IOException, RuntimeException> cannotWrite,
            AtomicReference<@Nullable RangeSink> made)
            implements BodyHandler<End>, AutoCloseable {
        @Override
        public BodySubscriber<End> apply(ResponseInfo info) {
            var sink = new RangeSink(partial, meter, from, end, cannotWrite);
            End refusal = refusal(info, partial, from, ranged);
            if (refusal != null) {
                sink.result.complete(refusal);
            }
            made.set(sink);
            return sink;
        }

        @Override
        public void close() {
            RangeSink sink = made.get();
            if (sink != null) {
                sink.stop();
            }
        }
    }

    static Handler of(
            Partial partial,
            Meter meter,
            long from,
            long end,
            boolean ranged,
            Function<IOException, RuntimeException> cannotWrite) {
        return new Handler(partial, meter, from, end, ranged, cannotWrite, new AtomicReference<>());
    }

    private synchronized void stop() {
        result.complete(End.READ);
        cancel();
    }

    private static @Nullable End refusal(
            ResponseInfo info, Partial partial, long from, boolean ranged) {
        if (!ranged) {
            return null;
        }
        if (info.statusCode() != 206) {
            return End.RANGE_IGNORED;
        }
        String range = info.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes %d-".formatted(from))) {
            return End.RANGE_IGNORED;
        }
        return range.endsWith("/" + partial.size()) || range.endsWith("/*")
                ? null
                : End.ANOTHER_FILE;
    }

    @Override
    public CompletionStage<End> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
        subscription = to;
        if (result.isDone()) {
            to.cancel();
        } else {
            to.request(1);
        }
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> items) {
        if (result.isDone()) {
            return;
        }
        try {
            for (ByteBuffer item : items) {
                if (item.remaining() > end - at) {
                    result.complete(End.ANOTHER_FILE);
                    cancel();
                    return;
                }
                put(item);
            }
            if (subscription != null) {
                subscription.request(1);
            }
        } catch (IOException e) {
            result.completeExceptionally(cannotWrite.apply(e));
            cancel();
        }
    }

    private void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int part = partial.partAt(at);
            long have = partial.begin(part) + partial.done(part);
            long here =
                    Math.min(bytes.remaining(), partial.begin(part) + partial.length(part) - at);
            if (at < have) {
                here = Math.min(here, have - at);
                bytes.position(bytes.position() + (int) here);
            } else {
                partial.append(part, bytes.slice(bytes.position(), (int) here));
                bytes.position(bytes.position() + (int) here);
                meter.add(here);
            }
            at += here;
        }
    }

    private void cancel() {
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable e) {
        result.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
        result.complete(End.READ);
    }
}
