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
import org.jspecify.annotations.Nullable;

/// Labels from over-represented words, without any model.
///
/// For each feature the first of these that holds is taken:
///
/// 1. **dead**: it never fired.
/// 2. **word**: at most three words hold the peak in 70 % of the examples or more. If they are words
///    that are common everywhere and others stand out around them, it is **mixed**.
/// 3. **ending**: 70 % of the words at the peak share an ending that is rare in the corpus, or the
///    token at the peak is the same piece of different words.
/// 4. **context**: words stand out that cover 60 % of the examples. They have a z of at least 4 (see
///    [LogOdds]), are in a tenth of the examples and join nothing ([FunctionWords]); those on which
///    the feature fires weigh more than those it passes over.
/// 5. **beside**: the word before the peak, or the one after it, is the same in 60 %.
/// 6. **position**: more than half of its fires are at one position.
/// 7. **boosts**: words that may stand out, or the tokens it raises most.
///
/// Kinds 2 to 5 are **confident** if they rest on at least 10 examples and their words are in at
/// least 60 % of these; a topic must also hold together: its first word, or two of its words at once,
/// are in 35 %. Everything else is **tentative**.
public final class KeywordLabels {
    private static final int MAX_KEYWORDS = 4;
    private static final double MIN_Z = 4;
    private static final double MIN_SHARE = 0.1;
    private static final double WORD_SHARE = 0.7;
    private static final double CONTEXT_COVERAGE = 0.6;
    private static final double MIN_COHESION = 0.35;
    private static final double BESIDE_SHARE = 0.6;
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
        String pattern = WordPattern.of(words, endings);
        if (peakCoverage >= WORD_SHARE && (pattern == null || areForms(peaks))) {
            return atWords(words, peaks, peakCoverage, topic);
        }
        if (pattern != null) {
            return make(pattern, LabelKind.ENDING, words, topic, WORD_SHARE);
        }
        double coverage = words.coverage(topic);
        if (coverage >= CONTEXT_COVERAGE) {
            double trust = words.cohesion(topic) < MIN_COHESION ? 0 : coverage;
            return make(Phrases.about(topic), LabelKind.CONTEXT, words, topic, trust);
        }
        Label beside = beside(words);
        if (beside != null) {
            return beside;
        }
        if (statistics.positionShare(feature) > 0.5) {
            String phrase = "token " + statistics.topPosition(feature) + " of a text";
            return make(phrase, LabelKind.POSITION, words, topic, 0);
        }
        return make(Phrases.weak(topic, words, boosted, text), LabelKind.BOOSTS, words, topic, 0);
    }

    private static boolean areForms(List<Keyword> peaks) {
        return peaks.stream().allMatch(p -> Stems.same(p.word(), peaks.getFirst().word()));
    }

    private @Nullable Label beside(ExampleWords words) {
        String before = words.before().top();
        String after = words.after().top();
        boolean first = words.before().count(before) >= words.after().count(after);
        String word = first ? before : after;
        int count = (first ? words.before() : words.after()).count(word);
        if (count < BESIDE_SHARE * words.size()) {
            return null;
        }
        String phrase = (first ? "after \"" : "before \"") + word + '"';
        return make(
                phrase,
                LabelKind.BESIDE,
                words,
                List.of(keyword(word, count, words)),
                (double) count / words.size());
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
                new Evidence(
                        keywords,
                        words.coverage(keywords),
                        words.cohesion(keywords),
                        words.diversity(),
                        words.breadth()));
    }

    private boolean isCommon(String word) {
        return !Character.isLetter(word.isEmpty() ? ' ' : word.charAt(0))
                || corpus.count(word) > COMMON * corpus.total();
    }

    /// The words that stand out among all words of the examples, one of those that begin alike.
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
                    && chosen.stream().noneMatch(c -> Stems.related(c.word(), keyword.word()))) {
                chosen.add(keyword);
            }
        }
        return chosen;
    }

    private static boolean worth(String word, ExampleWords words) {
        return word.length() >= 2
                && !FunctionWords.contains(word)
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
