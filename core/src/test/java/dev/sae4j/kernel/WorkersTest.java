package dev.sae4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void doesEachPieceOnce() {
        for (int threads = 1; threads <= 4; threads++) {
            var done = new AtomicIntegerArray(1000);
            try (var workers = Workers.of(threads)) {
                workers.forEach(1000, done::incrementAndGet);
                workers.forEach(0, i -> done.set(i, 99));
            }
            for (int i = 0; i < 1000; i++) {
                assertThat(done.get(i)).isOne();
            }
        }
    }

    @Test
    void throwsWhatAPieceThrewAndStaysUsable() {
        try (var workers = Workers.of(3)) {
            assertThatThrownBy(() ->
                            workers.forEach(
                                    100,
                                    i -> {
                                        if (i == 40) {
                                            throw new IllegalStateException("piece 40");
                                        }
                                    }))
                    .hasMessage("piece 40");
            var done = new AtomicIntegerArray(10);
            workers.forEach(10, done::incrementAndGet);
            assertThat(done.get(9)).isOne();
        }
    }

    @Test
    void needsAThread() {
        assertThatThrownBy(() -> Workers.of(0)).hasMessage("threads must be at least 1, got 0");
    }
}
