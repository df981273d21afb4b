package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DryRunTest {
    private static String heap(long heapBytes, boolean fits) {
        Map<String, Long> memory = Map.of("weights", 6L << 30, "gradients", 2L << 30);
        return DryRun.heap(
                new TrainingCost(
                        8,
                        8,
                        1,
                        null,
                        null,
                        with(memory),
                        heapBytes,
                        fits,
                        memory,
                        Map.of(),
                        null));
    }

    private static Map<String, Long> with(Map<String, Long> parts) {
        Map<String, Long> all = new HashMap<>(parts);
        all.put("total", parts.values().stream().mapToLong(Long::longValue).sum());
        return all;
    }

    @Test
    void saysWhenThereIsRoomForAllButTheGradients() {
        assertThat(heap(9_000_000_000L, true)).isEqualTo("the heap may grow to 9.00 GB");
        assertThat(heap(7_000_000_000L, true))
                .isEqualTo(
                        "the heap may only grow to 7.00 GB: gradients are found twice instead of kept, which is slower; SAE4J_OPTS=-Xmx10g makes room");
        assertThat(heap(5_000_000_000L, false))
                .startsWith("DOES NOT FIT: the heap may only grow to 5.00 GB")
                .endsWith("SAE4J_OPTS=-Xmx10g");
    }
}
