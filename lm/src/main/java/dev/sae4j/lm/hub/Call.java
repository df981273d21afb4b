package dev.sae4j.lm.hub;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// One request.
///
/// @param method `GET`, `HEAD`, `POST` or `PUT`
/// @param uri where to
/// @param headers what to send, without authorisation: [Http] adds that where it belongs
/// @param body what to send; told of each byte that goes out
/// @param repeatable true if the request may reach the server twice
/// @param leaves true to follow redirects to other hosts
record Call(
        String method,
        URI uri,
        Map<String, String> headers,
        Function<Activity, BodyPublisher> body,
        boolean repeatable,
        boolean leaves) {
    static Call get(URI uri) {
        return new Call("GET", uri, Map.of(), Call::nothing, true, true);
    }

    /// Asks for headers only, of the hub itself: a redirect to another host is the answer.
    static Call head(URI uri) {
        return new Call("HEAD", uri, Map.of(), Call::nothing, true, false);
    }

    private static BodyPublisher nothing(Activity ignored) {
        return BodyPublishers.noBody();
    }

    static Call postJson(URI uri, JsonNode json) {
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return new Call(
                "POST",
                uri,
                Map.of("Content-Type", "application/json"),
                _ -> BodyPublishers.ofByteArray(bytes),
                true,
                false);
    }

    static Call put(URI uri, Function<Activity, BodyPublisher> body) {
        return new Call("PUT", uri, Map.of(), body, true, true);
    }

    Call header(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Call(method, uri, all, body, repeatable, leaves);
    }

    Call once() {
        return new Call(method, uri, headers, body, false, leaves);
    }

    /// The same, where a redirect leads.
    Call to(URI other) {
        return new Call(method, other, headers, body, repeatable, leaves);
    }

    /// True if the request asks for something and changes nothing.
    boolean isReading() {
        return method.equals("GET") || method.equals("HEAD");
    }
}
