package dev.sae4j.train.recipe;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.UsageException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    topk             | features=0                | features is 0: expected at least 1
                    topk             | expansion=0               | expansion is 0: expected at least 1
                    topk             | batch=0                   | batch is 0: expected at least 1
                    topk             | accumulate=0              | accumulate is 0: expected at least 1
                    topk             | split=3                   | split is 3: expected 1, or a divisor of the batch, 1024
                    topk             | clip=0                    | clip is 0.0: expected more than 0
                    topk             | activation.k=0            | k is 0: expected at least 1
                    batchtopk        | activation.k=0            | k is 0.0: expected more than 0
                    saelens-jumprelu | activation.bandwidth=0    | bandwidth is 0.0: expected more than 0
                    topk             | optimizer.beta1=1         | beta1 is 1.0: expected 0 or more, below 1
                    topk             | optimizer.beta2=-0.1      | beta2 is -0.1: expected 0 or more, below 1
                    topk             | optimizer.epsilon=0       | epsilon is 0.0: expected more than 0
                    topk             | loss.aux.coefficient=-1   | auxiliary coefficient is -1.0: expected 0 or more
                    topk             | loss.aux.k=0              | auxiliary k is 0: expected at least 1
                    """)
    void saysWhatIsWrongAndWhatWasExpected(String preset, String settings, String message) {
        assertThatThrownBy(() ->
                        RecipeFiles.with(RecipeFiles.preset(preset), List.of(settings.split(";"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }
}
