package dev.sae4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.features.label.Confidence;
import dev.sae4j.features.label.Evidence;
import dev.sae4j.features.label.Keyword;
import dev.sae4j.features.label.Label;
import dev.sae4j.features.label.LabelKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClearFeaturesTest {
    private final List<Label> labels = new ArrayList<>();
    private final List<FeatureSummary> summaries = new ArrayList<>();

    @Test
    void prefersTopicsToSingleWordsAndNeverShowsDeadFeatures() {
        add(LabelKind.WORD, Confidence.CONFIDENT, 0.001, "river");
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.001, "music", "song");
        add(LabelKind.DEAD, Confidence.DEAD, 0, "none");
        add(LabelKind.CONTEXT, Confidence.TENTATIVE, 0.001, "plant", "leaf");

        assertThat(ClearFeatures.of(book(), 12)).containsExactly(1, 3, 0);
        assertThat(ClearFeatures.of(book(), 1)).containsExactly(1);
    }

    @Test
    void passesOverASecondFeatureAboutTheSame() {
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.001, "music", "song", "melody");
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.001, "melody", "song", "tune");
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.001, "plant", "leaf", "tune");

        assertThat(ClearFeatures.of(book(), 12)).containsExactly(0, 2);
    }

    @Test
    void thinsOutFeaturesThatFireTooOftenOrHardlyEver() {
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.001, "music");
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 0.2, "music");
        add(LabelKind.CONTEXT, Confidence.CONFIDENT, 5e-6, "music");

        FeatureBook book = book();
        double normal = ClearFeatures.score(book, 0);
        // coverage 0.9 · root of cohesion 0.5 · strength 0.8 · diversity 1 · breadth 1
        assertThat(normal).isCloseTo(0.36, within(1e-12));
        assertThat(ClearFeatures.score(book, 1)).isCloseTo(normal / 10, within(1e-12));
        assertThat(ClearFeatures.score(book, 2)).isCloseTo(normal / 10, within(1e-12));
    }

    private void add(LabelKind kind, Confidence confidence, double density, String... words) {
        List<Keyword> keywords = new ArrayList<>();
        for (String word : words) {
            keywords.add(new Keyword(word, 12, 0.8));
        }
        labels.add(
                new Label(
                        "", words[0], confidence, kind, new Evidence(keywords, 0.9, 0.25, 0.6, 4)));
        summaries.add(new FeatureSummary(summaries.size(), 100, density, 2, 1, null));
    }

    private FeatureBook book() {
        var parts =
                new BookParts(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        () -> {});
        return new FeatureBook(
                new BookMeta(labels.size(), 0, 0, Map.of()), summaries, labels, parts);
    }
}
