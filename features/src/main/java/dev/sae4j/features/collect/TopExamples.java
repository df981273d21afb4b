package dev.sae4j.features.collect;

import dev.sae4j.sae.SparseCodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// The strongest examples of each feature: at most one a document, no two with the same tokens.
///
/// Order is by activation, then by earlier document; so the result does not depend on how the corpus
/// was cut into batches or, after [#merge], into parts. Memory is bounded by
/// `features x capacity x window`.
public final class TopExamples {
    private final int capacity;
    private final Window window;
    private final List<List<Example>> best; // [F], each sorted, the strongest first
    private final float[] bar; // [F], what a newcomer must exceed

    private final float[] peak; // [F], the document's largest activation so far
    private final int[] peakRow; // [F]
    private final int[] touched; // features that fire in the document

    /// @param capacity examples kept per feature, at least 1
    public TopExamples(int features, int capacity, Window window) {
        if (capacity < 1) {
            throw new IllegalArgumentException("needs room for an example, got " + capacity);
        }
        this.capacity = capacity;
        this.window = window;
        this.best = new ArrayList<>(Collections.nCopies(features, List.of()));
        this.bar = new float[features];
        this.peak = new float[features];
        this.peakRow = new int[features];
        this.touched = new int[features];
    }

    /// Takes from a document what is strong enough. Documents come in ascending order.
    public void add(Document document) {
        SparseCodes codes = document.codes();
        int count = 0;
        for (int r = 0; r < codes.rows(); r++) {
            for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                int f = codes.feature()[i];
                float value = codes.value()[i];
                if (value > peak[f]) {
                    if (peak[f] == 0) {
                        touched[count++] = f;
                    }
                    peak[f] = value;
                    peakRow[f] = r;
                }
            }
        }
        for (int t = 0; t < count; t++) {
            int f = touched[t];
            if (peak[f] > bar[f]) {
                admit(f, cut(document, f, peakRow[f]));
            }
            peak[f] = 0;
        }
    }

    /// Adds what was collected from another part of the corpus with other document numbers.
    public void merge(TopExamples other) {
        if (other.best.size() != best.size()) {
            throw new IllegalArgumentException(
                    "examples of %d features cannot be merged with those of %d"
                            .formatted(other.best.size(), best.size()));
        }
        for (int f = 0; f < best.size(); f++) {
            for (Example example : other.best.get(f)) {
                admit(f, example);
            }
        }
    }

    /// Examples of a feature, the strongest first; none for a dead feature.
    public List<Example> of(int feature) {
        return Collections.unmodifiableList(best.get(feature));
    }

    private Example cut(Document document, int feature, int row) {
        int from = window.from(row, document.length());
        int to = window.to(row, document.length());
        float[] activations = new float[to - from];
        SparseCodes codes = document.codes();
        for (int r = from; r < to; r++) {
            int at =
                    Arrays.binarySearch(
                            codes.feature(), codes.rowStart()[r], codes.rowStart()[r + 1], feature);
            activations[r - from] = at < 0 ? 0 : codes.value()[at];
        }
        return new Example(
                document.number(),
                document.positions()[row],
                row - from,
                Arrays.copyOfRange(document.tokens(), from, to),
                activations);
    }

    private void admit(int feature, Example newcomer) {
        List<Example> list = best.get(feature);
        if (list.isEmpty()) {
            list = new ArrayList<>(Math.min(capacity, 8));
            best.set(feature, list);
        }
        int same = indexOfSameTokens(list, newcomer.tokens());
        if (same >= 0) {
            if (!stronger(newcomer, list.get(same))) {
                return;
            }
            list.remove(same);
        }
        int at = list.size();
        while (at > 0 && stronger(newcomer, list.get(at - 1))) {
            at--;
        }
        list.add(at, newcomer);
        if (list.size() > capacity) {
            list.removeLast();
        }
        bar[feature] = list.size() == capacity ? list.getLast().activation() : 0;
    }

    private static boolean stronger(Example a, Example b) {
        return a.activation() > b.activation()
                || (a.activation() == b.activation() && a.document() < b.document());
    }

    private static int indexOfSameTokens(List<Example> list, int[] tokens) {
        for (int i = 0; i < list.size(); i++) {
            if (Arrays.equals(list.get(i).tokens(), tokens)) {
                return i;
            }
        }
        return -1;
    }
}
