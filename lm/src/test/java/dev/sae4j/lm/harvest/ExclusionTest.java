package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import org.junit.jupiter.api.Test;

class ExclusionTest {
    @Test
    void readsWhatItWrites() {
        for (String text : new String[] {"none", "first", "first,special", "special,norm=20.0"}) {
            assertThat(Exclusion.parse(text)).hasToString(text);
        }
        assertThat(Exclusion.parse("norm, first")).isEqualTo(new Exclusion(true, false, 10));
    }

    @Test
    void refusesOtherWordsSayingWhichThereAre() {
        assertThatThrownBy(() -> Exclusion.parse("first,bos"))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "cannot exclude 'bos': give none, or a list of first, special, norm, norm=20");
        assertThatThrownBy(() -> Exclusion.parse("norm=0.5"))
                .hasMessageContaining("norm must be a multiple above 1 of the median norm");
        assertThatThrownBy(() -> Exclusion.parse("norm=x")).hasMessage("'norm=x' is not a number");
        assertThatThrownBy(() -> Exclusion.parse("")).isInstanceOf(UsageException.class);
    }
}
