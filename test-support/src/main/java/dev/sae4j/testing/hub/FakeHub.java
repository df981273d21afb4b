package dev.sae4j.testing.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A hub on this computer that speaks the protocol of the real one: information, lists in pages,
/// files with redirects to another host, uploads in both ways. It keeps what it was asked, and fails
/// where a [Fault] says so.
public final class FakeHub implements AutoCloseable {
    /// The one token that it accepts.
    public static final String TOKEN = "hf_aSecretThatNobodyMaySee";

    private final HttpServer hub;
    private final HttpServer store;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, FakeRepo> repos = new ConcurrentHashMap<>();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    /// False to answer every request for a part of a file with all of it.
    public volatile boolean knowsRanges = true;

    /// Files in a page of a list.
    public volatile int pageSize = 3;

    /// Bytes from which on uploads to the store go in parts of this size.
    public volatile int chunk = Integer.MAX_VALUE;

    /// Put in place of the list of files, if not empty.
    public volatile String otherList = "";

    public FakeHub() {
        hub = server("hub", new HubPages(this)::answer);
        store = server("store", new StorePages(this)::answer);
    }

    /// Answers one request.
    interface Pages {
        void answer(Exchange exchange) throws IOException;
    }

    private HttpServer server(String name, Pages pages) {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            HttpServer server = HttpServer.create(address, 0);
            server.setExecutor(threads);
            server.createContext("/", http -> handle(name, http, pages));
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(String server, HttpExchange http, Pages pages) throws IOException {
        var headers = http.getRequestHeaders();
        var request =
                new Asked(
                        server,
                        http.getRequestMethod(),
                        http.getRequestURI().toString(),
                        Optional.ofNullable(headers.getFirst("Authorization")).orElse(""),
                        Optional.ofNullable(headers.getFirst("Range")).orElse(""));
        asked.add(request);
        try (http) {
            var exchange = new Exchange(http, request, fault(request));
            if (!exchange.failed()) {
                pages.answer(exchange);
            }
        } catch (IOException e) {
            // the client has gone, or was to be dropped
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Optional<Fault> fault(Asked request) {
        for (int i = 0; i < faults.size(); i++) {
            if (faults.get(i).concerns(request)) {
                return Optional.of(faults.remove(i));
            }
        }
        return Optional.empty();
    }

    /// The address for `HF_ENDPOINT`.
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    /// The address of the store, which is another host than the hub by its name too.
    URI storeAddress() {
        return URI.create("http://localhost:" + store.getAddress().getPort());
    }

    /// A model's repository, made if it is not there.
    public FakeRepo model(String name) {
        return repos.computeIfAbsent("models/" + name, _ -> new FakeRepo());
    }

    /// A data set's repository, made if it is not there.
    public FakeRepo dataset(String name) {
        return repos.computeIfAbsent("datasets/" + name, _ -> new FakeRepo());
    }

    /// True if there is such a repository; `name` begins with `models/` or `datasets/`.
    public boolean has(String name) {
        return repos.containsKey(name);
    }

    Map<String, FakeRepo> repos() {
        return repos;
    }

    /// Contents of the store by their SHA-256.
    Map<String, byte[]> objects() {
        return objects;
    }

    /// Lets something go wrong, the given number of times.
    public void fail(int times, Fault fault) {
        for (int i = 0; i < times; i++) {
            faults.add(fault);
        }
    }

    /// Forgets what is still to go wrong.
    public void repair() {
        faults.clear();
    }

    /// All requests so far.
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /// Requests with a part of their path.
    public List<Asked> asked(String method, String where) {
        return asked.stream()
                .filter(a -> a.method().equals(method) && a.path().contains(where))
                .toList();
    }

    /// Forgets the requests so far.
    public void forget() {
        asked.clear();
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
