package dev.sae4j.features.label;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.features.collect.Codes;
import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.TinyText;
import dev.sae4j.features.collect.TokenScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeywordLabelsTest {
    private static final String[] FILLERS = "a the of in with that is or by an".split(" ", -1);
    private final TinyText text = new TinyText();
    private final CorpusWords corpus = new CorpusWords();
    private final List<Example> examples = new ArrayList<>();

    /// A corpus of 20,000 words, half of them frequent ones.
    @BeforeEach
    void fillTheCorpus() {
        for (int i = 0; i < 10_000; i++) {
            count(" " + FILLERS[i % FILLERS.length]);
            count(" noun" + i % 2000);
        }
        for (String word : List.of(" song", " singer", " river", " melody", " walking")) {
            count(word);
        }
    }

    private void count(String word) {
        corpus.add(text.tokens(word), 1, text);
    }

    @Test
    void namesAWordThatIsAlwaysAtThePeak() {
        for (int i = 0; i < 12; i++) {
            example(" a| noun" + i + "| river| of| noun" + (i + 50), 2);
        }
        Label label = label();
        assertThat(label.text()).isEqualTo("\"river\"");
        assertThat(label.kind()).isEqualTo(LabelKind.WORD);
        assertThat(label.confidence()).isEqualTo(Confidence.CONFIDENT);
        assertThat(label.evidence().coverage()).isEqualTo(1);
    }

    @Test
    void namesATopicThatDifferentWordsShare() {
        for (int i = 0; i < 12; i++) {
            String topic = i % 3 == 0 ? " melody" : " singer";
            example(" a| song| with|" + topic + "| the| noun" + i, 5);
        }
        Label label = label();
        assertThat(label.kind()).isEqualTo(LabelKind.CONTEXT);
        assertThat(label.text()).startsWith("about ").contains("song", "singer", "melody");
        assertThat(label.evidence().diversity()).isEqualTo(1);
    }

    @Test
    void namesACommonWordByItsCompany() {
        for (int i = 0; i < 12; i++) {
            example(" a| song| noun" + i + "| singer| of| noun" + (i + 100), 4);
        }
        Label label = label();
        assertThat(label.kind()).isEqualTo(LabelKind.MIXED);
        assertThat(label.text()).startsWith("\"of\" near ").contains("song", "singer");
    }

    /// Every two examples are about something else: many meanings, not a topic.
    @Test
    void doesNotTrustATopicWhoseWordsNeverMeet() {
        String[] topics = {" song", " river", " melody", " walker", " tax", " iron"};
        for (int i = 0; i < 12; i++) {
            example(" a| noun" + i + "|" + topics[i % 6] + "| of| noun" + (i + 90), 2);
        }
        Label label = label();
        assertThat(label.kind()).isEqualTo(LabelKind.CONTEXT);
        assertThat(label.evidence().coverage()).isGreaterThan(0.6);
        assertThat(label.evidence().cohesion()).isLessThan(0.2);
        assertThat(label.confidence()).isEqualTo(Confidence.TENTATIVE);
    }

    @Test
    void namesTheWordThatAlwaysComesBefore() {
        for (int i = 0; i < 12; i++) {
            example(" noun" + (i + 400) + "| that| noun" + i + "| noun" + (i + 200), 2);
        }
        Label label = label();
        assertThat(label.kind()).isEqualTo(LabelKind.BESIDE);
        assertThat(label.text()).isEqualTo("after \"that\"");
    }

    @Test
    void namesAnEndingPutTogetherFromTokens() {
        for (int i = 0; i < 12; i++) {
            example(" the| verb" + "abcdefghijkl".charAt(i) + "|ing| in| noun" + i, 2);
        }
        Label label = label();
        assertThat(label.kind()).isEqualTo(LabelKind.ENDING);
        assertThat(label.text()).startsWith("words ending in -ing: verbaing");
    }

    @Test
    void fewExamplesMakeATentativeLabel() {
        for (int i = 0; i < 3; i++) {
            example(" a| river| noun" + i, 1);
        }
        assertThat(label().confidence()).isEqualTo(Confidence.TENTATIVE);
    }

    @Test
    void fallsBackOnWhatTheFeatureRaises() {
        for (int i = 0; i < 12; i++) {
            example(" noun" + i + "| noun" + (i + 300) + "| noun" + (i + 600), 2);
        }
        var boosted =
                List.of(new TokenScore(text.id(" melody"), 3), new TokenScore(text.id("ing"), 2));
        Label label = new KeywordLabels(corpus, text).label(statistics(2), 0, examples, boosted);
        assertThat(label.kind()).isEqualTo(LabelKind.BOOSTS);
        assertThat(label.text()).isEqualTo("says next \"melody\", \"ing\"");
        assertThat(label.confidence()).isEqualTo(Confidence.TENTATIVE);
    }

    @Test
    void aFeatureThatNeverFiredIsDead() {
        assertThat(
                        new KeywordLabels(corpus, text)
                                .label(new FeatureStatistics(1), 0, examples, List.of()))
                .isEqualTo(Label.DEAD);
    }

    @Test
    void equalLabelsAreToldApart() {
        Label river = Label.of("", "\"river\"", Confidence.CONFIDENT);
        List<Label> distinct =
                DistinctLabels.of(
                        List.of(river, river, river, Label.DEAD, Label.DEAD),
                        List.of("bank", "bank", "bank", "", ""));
        assertThat(distinct)
                .extracting(Label::text)
                .containsExactly(
                        "\"river\"",
                        "\"river\", raising \"bank\"",
                        "\"river\", raising \"bank\" (2)",
                        "dead",
                        "dead");
    }

    private void example(String pieces, int peak) {
        int[] tokens = text.tokens(pieces);
        float[] activations = new float[tokens.length];
        activations[peak] = 5;
        examples.add(new Example(examples.size(), peak + 1, peak, tokens, activations));
    }

    private Label label() {
        return new KeywordLabels(corpus, text)
                .label(statistics(examples.size()), 0, examples, List.of());
    }

    /// Fires of one feature, spread over positions.
    private static FeatureStatistics statistics(int fires) {
        var statistics = new FeatureStatistics(1);
        float[][] rows = new float[fires][];
        int[] positions = new int[fires];
        for (int i = 0; i < fires; i++) {
            rows[i] = new float[] {1};
            positions[i] = i;
        }
        Arrays.setAll(positions, i -> i);
        statistics.add(Codes.of(rows), positions);
        return statistics;
    }
}
