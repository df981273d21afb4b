package dev.sae4j.testing.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One request and its answer, with what is to go wrong with it.
final class Exchange {
    static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    private static final long LET_ARRIVE_MS = 100;

    private final HttpExchange http;
    private final Asked asked;
    private final Optional<Fault> fault;

    Exchange(HttpExchange http, Asked asked, Optional<Fault> fault) {
        this.http = http;
        this.asked = asked;
        this.fault = fault;
    }

    /// Does what a fault with a status says; true if there was one.
    boolean failed() throws IOException, InterruptedException {
        if (fault.isEmpty()) {
            return false;
        }
        Fault f = fault.get();
        Thread.sleep(f.silentMs());
        f.headers().forEach(this::header);
        if (f.status() != 0) {
            text(f.status(), "{\"error\":\"as the test wants it\"}");
            return true;
        }
        return false;
    }

    String method() {
        return asked.method();
    }

    /// Path as it was sent, without the query.
    String path() {
        return http.getRequestURI().getRawPath();
    }

    String query() {
        return Optional.ofNullable(http.getRequestURI().getRawQuery()).orElse("");
    }

    boolean isSignedIn() {
        return asked.authorization().equals("Bearer " + FakeHub.TOKEN);
    }

    boolean hasToken() {
        return !asked.authorization().isEmpty();
    }

    byte[] body() throws IOException {
        return http.getRequestBody().readAllBytes();
    }

    JsonNode json() throws IOException {
        return JSON.readTree(body());
    }

    void header(String name, String value) {
        http.getResponseHeaders().set(name, value);
    }

    void problem(int status, String code, String message) throws IOException {
        header("X-Error-Code", code);
        header("X-Error-Message", message);
        text(status, "{\"error\":\"" + message + "\"}");
    }

    void redirect(int status, URI to) throws IOException {
        header("Location", to.toString());
        text(status, "");
    }

    void json(JsonNode node) throws IOException {
        header("Content-Type", "application/json");
        text(200, node.toString());
    }

    void text(int status, String text) throws IOException {
        send(status, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a file, or the part of it that was asked for.
    void file(byte[] bytes, boolean knowsRanges) throws IOException {
        Matcher range = RANGE.matcher(asked.range());
        if (!knowsRanges || !range.matches()) {
            send(200, bytes);
            return;
        }
        int from = Integer.parseInt(range.group(1));
        int last =
                range.group(2).isEmpty()
                        ? bytes.length - 1
                        : Math.min(bytes.length - 1, Integer.parseInt(range.group(2)));
        header("Content-Range", "bytes %d-%d/%d".formatted(from, last, bytes.length));
        byte[] part = new byte[last - from + 1];
        System.arraycopy(bytes, from, part, 0, part.length);
        send(206, part);
    }

    private void send(int status, byte[] bytes) throws IOException {
        http.getRequestBody().readAllBytes();
        if (asked.method().equals("HEAD")) {
            header("Content-Length", String.valueOf(bytes.length));
            http.sendResponseHeaders(status, -1);
            return;
        }
        http.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length == 0) {
            return;
        }
        byte[] sent = bytes.clone();
        long n = sent.length;
        if (status / 100 == 2 && fault.isPresent()) {
            Fault f = fault.get();
            sent[sent.length / 2] ^= (byte) (f.corrupt() ? 1 : 0);
            n = f.cutAfter() >= 0 ? Math.min(n, f.cutAfter()) : n;
        }
        OutputStream out = http.getResponseBody();
        out.write(sent, 0, (int) n);
        out.flush();
        if (n < sent.length) {
            letArrive();
            throw new IOException("dropped, as the test wants it");
        }
        out.close();
    }

    /// A connection that is dropped takes along what its other end has not read yet.
    private static void letArrive() {
        try {
            Thread.sleep(LET_ARRIVE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Values of a query.
    static Map<String, String> values(String query) {
        var values = new HashMap<String, String>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return values;
    }
}
