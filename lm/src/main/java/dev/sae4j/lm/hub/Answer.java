package dev.sae4j.lm.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a server said, after redirects.
///
/// @param <T> what became of the body
/// @param status of the last answer
/// @param hops headers of all answers, those of redirects first
/// @param uri that answered last
/// @param body null unless the status is 2xx
/// @param text the beginning of the body of an error
record Answer<T>(int status, List<HttpHeaders> hops, URI uri, @Nullable T body, String text) {

    boolean isSuccess() {
        return status / 100 == 2;
    }

    boolean isRedirect() {
        return status / 100 == 3;
    }

    /// A header of the last answer that has it.
    Optional<String> header(String name) {
        return hops.reversed().stream().flatMap(h -> h.firstValue(name).stream()).findFirst();
    }

    /// A header of the first answer that has it: what the hub itself says about a file, before
    /// whoever keeps it.
    Optional<String> ofHub(String name) {
        return hops.stream().flatMap(h -> h.firstValue(name).stream()).findFirst();
    }

    /// A header that is a number of bytes.
    OptionalLong number(String name) {
        String value = ofHub(name).orElse("");
        return value.matches("[0-9]{1,18}")
                ? OptionalLong.of(Long.parseLong(value))
                : OptionalLong.empty();
    }
}
