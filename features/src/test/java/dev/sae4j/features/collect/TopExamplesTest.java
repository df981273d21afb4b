package dev.sae4j.features.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopExamplesTest {
    private static final Window WIDE = new Window(24, 12);

    @Test
    void keepsTheStrongestPlaceOfEachDocument() {
        var top = new TopExamples(2, 2, WIDE);
        top.add(
                Codes.document(
                        7,
                        new int[] {10, 11, 12},
                        new float[] {1, 0},
                        new float[] {5, 0},
                        new float[] {3, 2}));
        top.add(Codes.document(8, new int[] {20}, new float[] {9, 0}));
        top.add(Codes.document(9, new int[] {30}, new float[] {2, 0}));

        List<Example> examples = top.of(0);
        assertThat(examples).extracting(Example::document).containsExactly(8, 7);
        Example second = examples.get(1);
        assertThat(second.tokens()).containsExactly(10, 11, 12);
        assertThat(second.activations()).containsExactly(1, 5, 3);
        assertThat(second.peak()).isEqualTo(1);
        assertThat(second.position()).isEqualTo(2);
        assertThat(second.strength(1, 10)).isEqualTo(0.5f);
        assertThat(top.of(1)).hasSize(1);
    }

    @Test
    void cutsAWindowOutOfALongDocument() {
        int[] tokens = new int[20];
        float[][] rows = new float[20][1];
        for (int i = 0; i < 20; i++) {
            tokens[i] = 100 + i;
            rows[i][0] = i == 10 ? 2 : i % 2;
        }
        var top = new TopExamples(1, 1, new Window(3, 2));
        top.add(Codes.document(0, tokens, rows));

        Example example = top.of(0).getFirst();
        assertThat(example.tokens()).containsExactly(107, 108, 109, 110, 111, 112);
        assertThat(example.activations()).containsExactly(1, 0, 1, 2, 1, 0);
        assertThat(example.peak()).isEqualTo(3);
        assertThat(example.position()).isEqualTo(11);
    }

    @Test
    void aContextThatComesTwiceIsKeptOnce() {
        var top = new TopExamples(1, 3, WIDE);
        top.add(Codes.document(0, new int[] {1, 2}, new float[] {1}, new float[] {2}));
        top.add(Codes.document(1, new int[] {1, 2}, new float[] {1}, new float[] {3}));
        top.add(Codes.document(2, new int[] {1, 2}, new float[] {1}, new float[] {3}));

        assertThat(top.of(0)).extracting(Example::document).containsExactly(1);
    }

    @Test
    void keepsWhatASortOfAllPlacesWouldKeepHoweverTheCorpusIsCut() {
        Gen.forAll(
                60,
                random -> {
                    int features = random.nextInt(1, 9);
                    int capacity = random.nextInt(1, 6);
                    var whole = new TopExamples(features, capacity, WIDE);
                    var first = new TopExamples(features, capacity, WIDE);
                    var second = new TopExamples(features, capacity, WIDE);
                    List<Document> documents = new ArrayList<>();
                    for (int d = 0; d < 15; d++) {
                        Document document = Codes.random(random, d, features);
                        documents.add(document);
                        whole.add(document);
                        (d < 6 ? first : second).add(document);
                    }
                    second.merge(first);
                    for (int f = 0; f < features; f++) {
                        assertSame(second.of(f), whole.of(f));
                        assertThat(whole.of(f))
                                .extracting(Example::document)
                                .containsExactlyElementsOf(sorted(documents, f, capacity));
                    }
                });
    }

    private static void assertSame(List<Example> actual, List<Example> expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    private static List<Integer> sorted(List<Document> documents, int feature, int capacity) {
        record Place(int document, float activation) {}
        List<Place> places = new ArrayList<>();
        for (Document document : documents) {
            float most = 0;
            for (int i = 0; i < document.codes().entries(); i++) {
                if (document.codes().feature()[i] == feature) {
                    most = Math.max(most, document.codes().value()[i]);
                }
            }
            if (most > 0) {
                places.add(new Place(document.number(), most));
            }
        }
        return places.stream()
                .sorted(Comparator.comparingDouble(Place::activation).reversed())
                .limit(capacity)
                .map(Place::document)
                .toList();
    }
}
