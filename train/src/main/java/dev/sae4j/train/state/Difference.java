package dev.sae4j.train.state;

import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Where two JSON values differ, in words.
final class Difference {
    private Difference() {}

    /// The first difference, such as `recipe.batch was 64 and is 128`.
    ///
    /// @param path name of the values
    static Optional<String> first(String path, JsonNode was, JsonNode is) {
        if (was.isObject() && is.isObject()) {
            var names = new TreeSet<>(was.propertyNames());
            names.addAll(is.propertyNames());
            return names.stream()
                    .flatMap(n -> first(path + "." + n, was.path(n), is.path(n)).stream())
                    .findFirst();
        }
        if (was.isArray() && is.isArray() && was.size() == is.size()) {
            for (int i = 0; i < was.size(); i++) {
                Optional<String> found = first(path + "[" + i + "]", was.get(i), is.get(i));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        return was.equals(is)
                ? Optional.empty()
                : Optional.of("%s was %s and is %s".formatted(path, words(was), words(is)));
    }

    private static String words(JsonNode value) {
        return value.isMissingNode() ? "not there" : value.toString();
    }
}
