package dev.sae4j.testing.hub;

import java.util.HashMap;
import java.util.Map;

/// What goes wrong with the next requests of a kind.
///
/// @param method of the requests
/// @param where part of their path
/// @param status to answer with; 0 to answer as usual
/// @param headers to answer with
/// @param cutAfter bytes of the body after which the connection is dropped; -1 to send all
/// @param corrupt true to change a byte of the body
/// @param silentMs how long to wait before answering
public record Fault(
        String method,
        String where,
        int status,
        Map<String, String> headers,
        long cutAfter,
        boolean corrupt,
        long silentMs) {

    /// An error.
    public static Fault status(String method, String where, int status) {
        return new Fault(method, where, status, Map.of(), -1, false, 0);
    }

    /// A connection that breaks in the middle of a body.
    public static Fault cut(String where, long after) {
        return new Fault("GET", where, 0, Map.of(), after, false, 0);
    }

    /// A body that is not what was published.
    public static Fault corrupt(String where) {
        return new Fault("GET", where, 0, Map.of(), -1, true, 0);
    }

    /// An answer that does not come for a while.
    public static Fault silence(String method, String where, long ms) {
        return new Fault(method, where, 0, Map.of(), -1, false, ms);
    }

    /// The same, with a header.
    public Fault header(String name, String value) {
        var all = new HashMap<>(headers);
        all.put(name, value);
        return new Fault(method, where, status, Map.copyOf(all), cutAfter, corrupt, silentMs);
    }

    boolean concerns(Asked asked) {
        return asked.method().equals(method) && asked.path().contains(where);
    }
}
