package dev.sae4j.features;

import dev.sae4j.features.collect.Example;
import dev.sae4j.features.collect.TokenText;
import dev.sae4j.features.label.Confidence;
import dev.sae4j.features.label.Evidence;
import dev.sae4j.features.label.Keyword;
import dev.sae4j.features.label.Label;
import dev.sae4j.features.label.LabelKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Chooses the features that a newcomer understands at first sight: those about meaning and context
/// rather than about single tokens.
///
///     score = kind · confidence · coverage · sqrt(cohesion) · strength · diversity · breadth
///             · density · spread · wholeness
///
/// - kind: 1 for context, 0.5 mixed, 0.2 beside, ending and word, 0 otherwise;
/// - confidence: 1 if confident, 0.3 if tentative;
/// - coverage: share of the examples that hold one of the label's keywords;
/// - cohesion: share that holds the first keyword, or two keywords at once: an SAE that is not
///   fully trained has features that mix unrelated things;
/// - strength: mean over the keywords of `share · min(1, z / 10)`, up to four of them,
///   with 0 for words that name nothing, such as `of`;
/// - diversity: twice the label's diversity (different words at the peaks), at most 1;
/// - breadth: words fired on per example over 3, at most 1: a topic holds for more than one word;
/// - density: 1 between 5e-5 and 0.02, falling in proportion outside;
/// - spread: 1 less the share of fires at the feature's favourite position;
/// - wholeness: half of it is the share of examples whose peak begins a word: features of word
///   pieces are hard to read.
///
/// Ties go to the smaller feature. A feature that shares its first keyword, or half of its keywords,
/// with one already chosen is passed over.
public final class ClearFeatures {
    private static final double SPARSE = 5e-5;
    private static final double DENSE = 0.02;

    private ClearFeatures() {}

    /// The clearest features of a book, the clearest first.
    ///
    /// @param count at most this many
    public static List<Integer> of(FeatureBook book, int count) {
        record Scored(int feature, double score) {}
        List<Scored> ranked = new ArrayList<>();
        for (int f = 0; f < book.size(); f++) {
            double score = score(book, f);
            if (score > 0) {
                ranked.add(new Scored(f, score));
            }
        }
        ranked.sort(Comparator.comparingDouble(Scored::score).reversed());
        List<Integer> chosen = new ArrayList<>();
        for (Scored candidate : ranked) {
            if (chosen.size() < count
                    && chosen.stream().noneMatch(c -> alike(book, c, candidate.feature()))) {
                chosen.add(candidate.feature());
            }
        }
        return chosen;
    }

    /// The score of one feature, 0 to 1.
    public static double score(FeatureBook book, int feature) {
        Label label = book.label(feature);
        Evidence evidence = label.evidence();
        double confidence = label.confidence() == Confidence.CONFIDENT ? 1 : 0.3;
        double spread = 1 - book.statistics().map(s -> s.positionShare(feature)).orElse(0.0);
        return kind(label.kind())
                * confidence
                * evidence.coverage()
                * Math.sqrt(evidence.cohesion())
                * strength(evidence)
                * Math.min(1, 2 * evidence.diversity())
                * Math.min(1, evidence.breadth() / 3)
                * density(book.summary(feature).density())
                * spread
                * (0.5 + 0.5 * wholeness(book, feature));
    }

    private static double wholeness(FeatureBook book, int feature) {
        TokenText text = book.text().orElse(null);
        List<Example> examples = book.examples(feature);
        if (text == null || examples.isEmpty()) {
            return 1;
        }
        long whole =
                examples.stream().filter(e -> !isPiece(text.token(e.tokens()[e.peak()]))).count();
        return (double) whole / examples.size();
    }

    /// A token that continues a word.
    private static boolean isPiece(String token) {
        return !token.isEmpty() && Character.isLetter(token.charAt(0));
    }

    private static double kind(LabelKind kind) {
        return switch (kind) {
            case CONTEXT -> 1;
            case MIXED -> 0.5;
            case BESIDE, ENDING, WORD -> 0.2;
            case POSITION, BOOSTS, DEAD, OTHER -> 0;
        };
    }

    private static double strength(Evidence evidence) {
        return evidence.keywords().stream()
                .limit(4)
                .mapToDouble(k -> k.names() ? k.share() * Math.clamp(k.z() / 10, 0, 1) : 0)
                .average()
                .orElse(0);
    }

    private static double density(double density) {
        return density < SPARSE ? density / SPARSE : density > DENSE ? DENSE / density : 1;
    }

    private static boolean alike(FeatureBook book, int a, int b) {
        List<String> first = words(book, a);
        List<String> second = words(book, b);
        if (first.isEmpty() || second.isEmpty()) {
            return false;
        }
        Set<String> shared = new HashSet<>(first);
        shared.retainAll(second);
        return first.getFirst().equals(second.getFirst())
                || 2 * shared.size() >= Math.min(first.size(), second.size());
    }

    private static List<String> words(FeatureBook book, int feature) {
        return book.label(feature).evidence().keywords().stream().map(Keyword::word).toList();
    }
}
