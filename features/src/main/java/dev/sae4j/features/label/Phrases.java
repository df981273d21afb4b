package dev.sae4j.features.label;

import dev.sae4j.features.collect.TokenScore;
import dev.sae4j.features.collect.TokenText;
import java.util.List;
import java.util.stream.Collectors;

/// Puts labels into words.
final class Phrases {
    private Phrases() {}

    static String about(List<Keyword> topic) {
        String head = topic.getFirst().word();
        return topic.size() == 1
                ? "about " + head
                : "about " + head + ": " + list(topic.subList(1, topic.size()));
    }

    static String words(List<Keyword> peaks) {
        return quoted(peaks.stream().map(Keyword::word).toList());
    }

    static String near(List<Keyword> peaks, List<Keyword> company) {
        return words(peaks) + " near " + list(company.subList(0, Math.min(3, company.size())));
    }

    /// What can be said of a feature with no clear subject.
    static String weak(
            List<Keyword> topic, ExampleWords words, List<TokenScore> boosted, TokenText text) {
        if (!topic.isEmpty()) {
            return "perhaps " + list(topic);
        }
        List<String> tokens =
                boosted.stream()
                        .filter(b -> !text.isSpecial(b.token()))
                        .map(b -> text.token(b.token()).strip())
                        .filter(t -> !t.isEmpty())
                        .distinct()
                        .limit(3)
                        .toList();
        return tokens.isEmpty()
                ? "fires on " + quoted(words.atPeaks().byCount().stream().limit(3).toList())
                : "says next " + quoted(tokens);
    }

    static String quoted(List<String> words) {
        return words.stream().map(w -> '"' + w + '"').collect(Collectors.joining(", "));
    }

    private static String list(List<Keyword> keywords) {
        return keywords.stream().map(Keyword::word).collect(Collectors.joining(", "));
    }
}
