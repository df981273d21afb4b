package dev.sae4j.features.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.store.ActivationBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentWalkTest {
    @Test
    void putsTogetherADocumentThatSpansBatches() {
        List<String> seen = new ArrayList<>();
        var walk =
                new DocumentWalk(d ->
                        seen.add(
                                d.number()
                                        + Arrays.toString(Arrays.copyOf(d.tokens(), d.length()))
                                        + Arrays.toString(
                                                Arrays.copyOf(
                                                        d.codes().value(), d.codes().entries()))));
        walk.add(batch(new int[] {0, 0, 3}, new int[] {1, 2, 1}), codes(1, 2, 3));
        walk.add(batch(new int[] {3}, new int[] {4}), codes(4));
        walk.add(batch(new int[] {3, 9}, new int[] {5, 1}), codes(5, 0));
        walk.finish();
        walk.finish();

        assertThat(seen)
                .containsExactly(
                        "0[101, 102][1.0, 2.0]", "3[101, 104, 105][3.0, 4.0, 5.0]", "9[101][]");
    }

    @Test
    void growsWithLongDocuments() {
        int n = 3000;
        int[] document = new int[n];
        int[] position = new int[n];
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            position[i] = i;
            values[i] = i + 1;
        }
        List<Float> last = new ArrayList<>();
        var walk = new DocumentWalk(d -> last.add(d.codes().value()[d.length() - 1]));
        walk.add(batch(document, position), codes(values));
        walk.finish();

        assertThat(last).containsExactly((float) n);
    }

    @Test
    void handsOverASplitDocumentContextByContext() {
        List<Integer> lengths = new ArrayList<>();
        var walk = new DocumentWalk(d -> lengths.add(d.length()));
        walk.add(batch(new int[] {7, 7, 7, 7, 8}, new int[] {1, 2, 1, 2, 1}), codes(1, 1, 1, 1, 1));
        walk.add(batch(new int[] {8, 8}, new int[] {2, 1}), codes(1, 1));
        walk.finish();

        assertThat(lengths).containsExactly(2, 2, 2, 1);
    }

    @Test
    void refusesRowsInAnotherOrderThanTheText() {
        var walk = new DocumentWalk(_ -> {});
        assertThatThrownBy(() -> walk.add(batch(new int[] {4, 3}, new int[] {1, 1}), codes(1, 1)))
                .isInstanceOf(Sae4jException.class)
                .hasMessage(
                        "document 3 comes after document 4; features need activations in the order of the text");
    }

    private static ActivationBatch batch(int[] document, int[] position) {
        int n = document.length;
        int[] token = new int[n];
        for (int i = 0; i < n; i++) {
            token[i] = 100 + position[i];
        }
        return new ActivationBatch(n, 1, new float[n], token, document, position);
    }

    private static dev.sae4j.sae.SparseCodes codes(float... values) {
        float[][] rows = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            rows[i] = new float[] {values[i]};
        }
        return Codes.of(rows);
    }
}
