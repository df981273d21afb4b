package dev.sae4j.lm.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends requests. Redirects are followed here and not by the JDK, so that the token goes to the
/// endpoint and to no other host; a connection on which nothing moves is given up.
final class Http implements AutoCloseable {
    private static final int MAX_REDIRECTS = 10;
    private static final long LOOK_EVERY_MS = 100;

    private final HubSettings settings;
    private final HubClock clock;
    private final HttpClient client;

    Http(HubSettings settings, HubClock clock) {
        this.settings = settings;
        this.clock = clock;
        var builder =
                HttpClient.newBuilder()
                        // ranges of one file come faster over several connections than over one
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.patience().connect());
        if (settings.proxy() != null) {
            builder.proxy(settings.proxy().selector());
        }
        this.client = builder.build();
    }

    HubClock clock() {
        return clock;
    }

    Retry retry() {
        return new Retry(settings.patience(), clock);
    }

    /// Sends a request, again if that may help.
    ///
    /// @param about what the request is for, such as `org/name`, for errors
    /// @return the last answer, whatever its status
    <T> Answer<T> send(Call call, BodyHandler<T> handler, String about) {
        Retry retry = retry();
        try {
            while (true) {
                try {
                    Answer<T> answer = once(call, handler);
                    boolean again =
                            Retry.isPassing(answer.status())
                                    && (call.repeatable() || answer.status() == 429);
                    if (!again || !retry.another(Retry.asked(answer, clock.instant()))) {
                        return answer;
                    }
                } catch (IOException e) {
                    if (!call.repeatable()
                            || !Problems.isPassing(e)
                            || (Problems.isNobodyThere(e) && retry.failed() > 0)
                            || !retry.another(Optional.empty())) {
                        throw Problems.noAnswer(about, call.uri(), e, retry.failed());
                    }
                }
            }
        } catch (InterruptedException e) {
            throw Problems.stopped(about, e);
        }
    }

    /// Sends a request once and follows redirects.
    <T> Answer<T> once(Call call, BodyHandler<T> handler) throws IOException, InterruptedException {
        List<HttpHeaders> hops = new ArrayList<>();
        Call next = call;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpResponse<Bodies.Either<T>> response = exchange(next, handler);
            hops.add(response.headers());
            Bodies.Either<T> body = response.body();
            var answer =
                    new Answer<>(response.statusCode(), hops, next.uri(), body.body(), body.text());
            Optional<String> location = response.headers().firstValue("Location");
            if (!answer.isRedirect() || location.isEmpty()) {
                return answer;
            }
            URI target = resolve(next.uri(), location.get());
            boolean away = !isEndpoint(target);
            boolean keepsMethod = answer.status() == 307 || answer.status() == 308;
            if ((away && !next.leaves()) || !(next.isReading() || keepsMethod)) {
                return answer;
            }
            next = next.to(target);
        }
        throw new HubException(
                HubException.Kind.SERVER,
                "[%s] was redirected more than %d times: the hub, or a proxy before it, sends us in circles"
                        .formatted(Problems.place(call.uri()), MAX_REDIRECTS));
    }

    private <T> HttpResponse<Bodies.Either<T>> exchange(Call call, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        var activity = new Activity();
        var request =
                HttpRequest.newBuilder(call.uri())
                        .method(call.method(), call.body().apply(activity))
                        .header("User-Agent", "sae4j");
        call.headers().forEach(request::header);
        if (settings.token() != null && isEndpoint(call.uri())) {
            request.header("Authorization", settings.token().header());
        }
        return await(
                client.sendAsync(request.build(), Bodies.successes(handler, activity)), activity);
    }

    /// True for the host that the token is for: same scheme, host and port.
    private boolean isEndpoint(URI uri) {
        URI endpoint = settings.endpoint();
        return Objects.equals(uri.getScheme(), endpoint.getScheme())
                && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && port(uri) == port(endpoint);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "http".equals(uri.getScheme()) ? 80 : 443;
    }

    /// Where a redirect leads, which must be as safe as where it comes from.
    private static URI resolve(URI from, String location) {
        try {
            URI target = from.resolve(new URI(location.replace(" ", "%20").replace("|", "%7C")));
            boolean web = "https".equals(target.getScheme()) || "http".equals(target.getScheme());
            boolean weaker =
                    "https".equals(from.getScheme()) && !"https".equals(target.getScheme());
            if (web && !weaker && target.getHost() != null) {
                return target;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new HubException(
                HubException.Kind.HOSTILE,
                "[%s] was redirected to an address that is not followed (no web address, or one without encryption)"
                        .formatted(Problems.place(from)));
    }

    private <R> R await(CompletableFuture<R> future, Activity activity)
            throws IOException, InterruptedException {
        while (true) {
            try {
                return future.get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (activity.idleNanos() > settings.patience().stall().toNanos()) {
                    future.cancel(true);
                    throw new HttpTimeoutException(
                            "nothing came for %d s"
                                    .formatted(settings.patience().stall().toSeconds()));
                }
            } catch (InterruptedException e) {
                future.cancel(true);
                throw e;
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException io -> throw io;
                    case RuntimeException own -> throw own;
                    case Error error -> throw error;
                    case null, default -> throw new IOException(e);
                }
            }
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
