package dev.sae4j.features.label;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.FeatureStatistics;
import dev.sae4j.features.collect.TokenScore;
import dev.sae4j.features.collect.TokenText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Labels from over-represented words, without any model.
///
/// For each feature the first of these that holds is taken:
///
/// 1. **dead**: it never fired.
/// 2. **word**: at most three words hold the peak in 70 % of the examples or more. If that is a word
///    that is common everywhere and other words stand out around it, it is **mixed**.
/// 3. **ending**: 70 % of the words at the peak share an ending that is rare in the corpus, or the
///    token at the peak is the same piece of different words.
/// 4. **context**: words stand out (z of at least 4, see [LogOdds]) that cover half the examples.
/// 5. **position**: more than half of its fires are at one position.
/// 6. **boosts**: the tokens it raises most.
///
/// A label is **confident** if it is of the first four kinds, rests on at least 10 examples and its
/// words cover at least 60 % of them; otherwise **tentative**.
public final class KeywordLabels {
    private static final int MAX_KEYWORDS = 4;
    private static final double MIN_Z = 4;
    private static final double MIN_SHARE = 0.1;
    private static final double WORD_SHARE = 0.7;
    private static final double CONTEXT_COVERAGE = 0.5;
    private static final double CONFIDENT_COVERAGE = 0.6;
    private static final int CONFIDENT_EXAMPLES = 10;

    /// A word above this share of the corpus says little by itself.
    private static final double COMMON = 0.002;

    private final CorpusWords corpus;
    private final TokenText text;
    private final Map<String, Double> endings;

    /// @param corpus words of the corpus that the examples come from
    public KeywordLabels(CorpusWords corpus, TokenText text) {
        this.corpus = corpus;
        this.text = text;
        this.endings = corpus.endings();
    }

    /// Labels one feature. Labels of different features may be equal; [DistinctLabels] sees to that.
    ///
    /// @param examples its strongest examples
    /// @param boosted tokens it raises most; may be empty
    public Label label(
            FeatureStatistics statistics,
            int feature,
            List<Example> examples,
            List<TokenScore> boosted) {
        if (statistics.fires(feature) == 0 || examples.isEmpty()) {
            return Label.DEAD;
        }
        ExampleWords words = ExampleWords.of(examples, text);
        List<Keyword> topic = topic(words);
        List<Keyword> peaks = commonPeaks(words);
        double peakCoverage = peakShare(words, peaks);
        if (peakCoverage >= WORD_SHARE) {
            return atWords(words, peaks, peakCoverage, topic);
        }
        String pattern = WordPattern.of(words, endings);
        if (pattern != null) {
            return make(pattern, LabelKind.ENDING, words, topic, WORD_SHARE);
        }
        double coverage = words.coverage(topic);
        if (coverage >= CONTEXT_COVERAGE) {
            return make(Phrases.about(topic), LabelKind.CONTEXT, words, topic, coverage);
        }
        if (statistics.positionShare(feature) > 0.5) {
            String phrase = "token " + statistics.topPosition(feature) + " of a text";
            return make(phrase, LabelKind.POSITION, words, topic, 0);
        }
        return make(Phrases.weak(topic, words, boosted, text), LabelKind.BOOSTS, words, topic, 0);
    }

    private Label atWords(
            ExampleWords words, List<Keyword> peaks, double coverage, List<Keyword> topic) {
        List<Keyword> company =
                topic.stream()
                        .filter(k -> peaks.stream().noneMatch(p -> Stems.same(p.word(), k.word())))
                        .toList();
        boolean common = peaks.stream().allMatch(p -> isCommon(p.word()));
        if (common && words.coverage(company) >= CONTEXT_COVERAGE) {
            return make(
                    Phrases.near(peaks, company),
                    LabelKind.MIXED,
                    words,
                    company,
                    words.coverage(company));
        }
        return make(Phrases.words(peaks), LabelKind.WORD, words, peaks, coverage);
    }

    private static Label make(
            String phrase,
            LabelKind kind,
            ExampleWords words,
            List<Keyword> keywords,
            double coverage) {
        boolean confident = words.size() >= CONFIDENT_EXAMPLES && coverage >= CONFIDENT_COVERAGE;
        return new Label(
                "",
                phrase,
                confident ? Confidence.CONFIDENT : Confidence.TENTATIVE,
                kind,
                new Evidence(keywords, words.coverage(keywords), words.diversity()));
    }

    private boolean isCommon(String word) {
        return !Character.isLetter(word.isEmpty() ? ' ' : word.charAt(0))
                || corpus.count(word) > COMMON * corpus.total();
    }

    /// The words that stand out among all words of the examples, one of each stem.
    private List<Keyword> topic(ExampleWords words) {
        List<Keyword> ranked =
                words.around().byCount().stream()
                        .filter(w -> worth(w, words))
                        .map(w -> keyword(w, words.around().count(w), words))
                        .filter(k -> k.z() >= MIN_Z)
                        .sorted(Comparator.comparingDouble(KeywordLabels::weight).reversed())
                        .toList();
        List<Keyword> chosen = new ArrayList<>();
        for (Keyword keyword : ranked) {
            if (chosen.size() < MAX_KEYWORDS
                    && chosen.stream().noneMatch(c -> Stems.same(c.word(), keyword.word()))) {
                chosen.add(keyword);
            }
        }
        return chosen;
    }

    private static boolean worth(String word, ExampleWords words) {
        return word.length() >= 2
                && word.indexOf('\uFFFD') < 0
                && words.around().count(word) >= Math.max(2, MIN_SHARE * words.size());
    }

    /// Words that are in many examples go before rarer ones that stand out as much.
    private static double weight(Keyword keyword) {
        return keyword.z() * Math.sqrt(keyword.share());
    }

    private Keyword keyword(String word, int examples, ExampleWords words) {
        double z = LogOdds.z(examples, words.around().total(), corpus.count(word), corpus.total());
        return new Keyword(word, z, (double) examples / words.size());
    }

    /// Up to three words that hold the peak in at least a fifth of the examples each; further forms
    /// of a word that was taken come in with it.
    private List<Keyword> commonPeaks(ExampleWords words) {
        List<Keyword> chosen = new ArrayList<>();
        for (String word : words.atPeaks().byCount()) {
            int count = words.atPeaks().count(word);
            boolean form = chosen.stream().anyMatch(c -> Stems.same(c.word(), word));
            if (chosen.size() < 3 && (form || count >= 0.2 * words.size())) {
                chosen.add(keyword(word, count, words));
            }
        }
        return chosen;
    }

    private static double peakShare(ExampleWords words, List<Keyword> peaks) {
        Set<String> wanted = new HashSet<>();
        peaks.forEach(p -> wanted.add(p.word()));
        long hits = words.peaks().stream().filter(wanted::contains).count();
        return words.size() == 0 ? 0 : (double) hits / words.size();
    }
}
