package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EditsTest {
    private final float[] values = {1, 2, 3, 4};

    @Test
    void zeroReplaceAndAddDoWhatTheySay() {
        Edits.add(new float[] {1, -1}, 2).edit(values, 2, 2);
        assertThat(values).containsExactly(3, 0, 5, 2);
        Edits.replaceEach(new float[] {7, 8}).edit(values, 2, 2);
        assertThat(values).containsExactly(7, 8, 7, 8);
        Edits.replace(new float[] {1, 2, 3, 4}).edit(values, 2, 2);
        assertThat(values).containsExactly(1, 2, 3, 4);
        Edits.zero().edit(values, 2, 2);
        assertThat(values).containsOnly(0);
    }

    @Test
    void refusesVectorsOfAnotherWidth() {
        assertThatThrownBy(() -> Edits.add(new float[3], 1).edit(values, 2, 2))
                .hasMessage("a vector of 3 floats where the hook has 2");
        assertThatThrownBy(() -> Edits.replaceEach(new float[3]).edit(values, 2, 2))
                .hasMessage("a vector of 3 floats where the hook has 2");
        assertThatThrownBy(() -> Edits.replace(new float[2]).edit(values, 2, 2))
                .hasMessage("a replacement of 2 floats where the hook has 4");
    }
}
