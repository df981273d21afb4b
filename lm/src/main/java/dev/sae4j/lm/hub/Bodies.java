package dev.sae4j.lm.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Receivers of bodies that never take more than they are meant to.
final class Bodies {
    /// Most bytes of one page of an API's answer.
    static final int MAX_PAGE = 64 << 20;

    private static final int MAX_ERROR = 8 << 10;

    private Bodies() {}

    /// Either what a body became, or the beginning of an error's text.
    record Either<T>(@Nullable T body, String text) {}

    /// Whole bodies up to [#MAX_PAGE].
    static BodyHandler<byte[]> page() {
        return _ -> new Limited(MAX_PAGE, true);
    }

    /// Nothing is expected.
    static BodyHandler<byte[]> none() {
        return _ -> new Limited(MAX_ERROR, false);
    }

    /// Gives successes to a handler and keeps the beginning of anything else.
    static <T> BodyHandler<Either<T>> successes(BodyHandler<T> handler, Activity activity) {
        return info -> {
            activity.moved();
            if (info.statusCode() / 100 == 2) {
                return watched(
                        BodySubscribers.mapping(
                                handler.apply(info), body -> new Either<>(body, "")),
                        activity);
            }
            return watched(
                    BodySubscribers.mapping(
                            new Limited(MAX_ERROR, false),
                            bytes -> new Either<>(null, new String(bytes, StandardCharsets.UTF_8))),
                    activity);
        };
    }

    private static <T> BodySubscriber<T> watched(BodySubscriber<T> inner, Activity activity) {
        return new BodySubscriber<>() {
            @Override
            public CompletionStage<T> getBody() {
                return inner.getBody();
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                inner.onSubscribe(subscription);
            }

            @Override
            public void onNext(List<ByteBuffer> item) {
                activity.moved();
                inner.onNext(item);
            }

            @Override
            public void onError(Throwable e) {
                inner.onError(e);
            }

            @Override
            public void onComplete() {
                inner.onComplete();
            }
        };
    }

    /// Bytes up to a limit; what is beyond fails or is left unread.
    private static final class Limited implements BodySubscriber<byte[]> {
        private final int limit;
        private final boolean failsBeyond;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        Limited(int limit, boolean failsBeyond) {
            this.limit = limit;
            this.failsBeyond = failsBeyond;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription to) {
            subscription = to;
            to.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> items) {
            for (ByteBuffer item : items) {
                byte[] some = new byte[Math.min(item.remaining(), limit - bytes.size())];
                item.get(some);
                bytes.writeBytes(some);
                if (item.hasRemaining()) {
                    stop();
                    return;
                }
            }
        }

        private void stop() {
            if (subscription != null) {
                subscription.cancel();
            }
            if (failsBeyond) {
                result.completeExceptionally(
                        new IOException("the answer is longer than %d bytes".formatted(limit)));
            } else {
                result.complete(bytes.toByteArray());
            }
        }

        @Override
        public void onError(Throwable e) {
            result.completeExceptionally(e);
        }

        @Override
        public void onComplete() {
            result.complete(bytes.toByteArray());
        }
    }
}
