package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.testing.Gen;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A live stream goes on from a cursor with the rows that it would have given, and its source does not
/// begin at its beginning.
class ShuffleCursorTest {
    /// Rows that say their number, in batches of a few. Every third batch has a mark in front.
    private static final class Numbers implements MarkedSource {
        private final int rows;
        private final int batch;
        final List<Long> begun = new ArrayList<>();

        Numbers(int rows, int batch) {
            this.rows = rows;
            this.batch = batch;
        }

        private record At(long rows) implements Mark {}

        @Override
        public int width() {
            return 2;
        }

        @Override
        public void forEach(
                @Nullable Mark from,
                Consumer<? super Mark> marks,
                Consumer<ActivationBatch> receiver) {
            int first = from == null ? 0 : Math.toIntExact(from.rows());
            begun.add((long) first);
            for (int row = first; row < rows; row += batch) {
                if (row / batch % 3 == 0) {
                    marks.accept(new At(row));
                }
                int n = Math.min(batch, rows - row);
                float[] values = new float[2 * n];
                for (int i = 0; i < n; i++) {
                    values[2 * i] = row + i;
                    values[2 * i + 1] = -row - i;
                }
                receiver.accept(
                        new ActivationBatch(n, 2, values, new int[n], new int[n], new int[n]));
            }
        }

        @Override
        public Mark mark(JsonNode json) {
            return new At(json.path("rows").asLong());
        }
    }

    private static float[] read(TrainingRows rows, int n) {
        float[] values = new float[2 * n];
        assertThat(rows.next(values, n)).isEqualTo(n);
        return values;
    }

    /// As it comes back from a file.
    private static RowsCursor saved(@Nullable RowsCursor cursor) {
        Objects.requireNonNull(cursor);
        JsonNode facts = Json.STRICT.readTree(Json.STRICT.writeValueAsString(cursor.facts()));
        return new RowsCursor(facts, cursor.kept().clone());
    }

    @Test
    void goesOnWithTheSameRows() {
        Gen.forAll(
                150,
                random -> {
                    int rows = random.nextInt(1, 600);
                    int batch = random.nextInt(1, 40);
                    int buffer = random.nextInt(1, 200);
                    int before = random.nextInt(0, 1500);
                    try (var steady = ShuffleBuffer.repeating(new Numbers(rows, batch), buffer, 7);
                            var other =
                                    ShuffleBuffer.repeating(new Numbers(rows, batch), buffer, 7)) {
                        read(steady, before);
                        RowsCursor cursor = steady.cursor();
                        read(other, random.nextInt(0, 30)); // training looks at the first rows
                        if (cursor == null) {
                            other.seek(before);
                        } else {
                            other.seek(before, saved(cursor));
                        }
                        for (int i = 0; i < 3; i++) { // and again, from what went on
                            assertThat(read(other, 250)).isEqualTo(read(steady, 250));
                            assertThat(other.position()).isEqualTo(steady.position());
                            if (other.cursor() != null) {
                                other.seek(other.position(), saved(other.cursor()));
                            }
                        }
                    }
                });
    }

    @Test
    void theSourceBeginsShortlyBeforeTheRowsOfTheBuffer() {
        var random = new SplittableRandom(3);
        for (int i = 0; i < 20; i++) {
            int before = random.nextInt(2_000, 9_000);
            try (var steady = ShuffleBuffer.repeating(new Numbers(10_000, 5), 320, 1)) {
                read(steady, before);
                RowsCursor cursor = saved(steady.cursor());
                assertThat(cursor.kept().length)
                        .as("a sixteenth of the buffer at most")
                        .isLessThanOrEqualTo(2 * 320 / 16);
                var source = new Numbers(10_000, 5);
                try (var other = ShuffleBuffer.repeating(source, 320, 1)) {
                    other.seek(before, cursor);
                    assertThat(source.begun).hasSize(1);
                    assertThat(source.begun.getFirst())
                            .as(
                                    "four halves of the buffer keep all but a sixteenth of what it holds")
                            .isBetween(before - 1_000L, before + 320L);
                    assertThat(read(other, 500)).isEqualTo(read(steady, 500));
                }
            }
        }
    }

    @Test
    void saysIfTheSourceHasBecomeShorter() {
        try (var steady = ShuffleBuffer.repeating(new Numbers(1_000, 5), 64, 1);
                var other = ShuffleBuffer.repeating(new Numbers(500, 5), 64, 1)) {
            read(steady, 600);
            RowsCursor cursor = saved(steady.cursor());
            assertThatThrownBy(() -> other.seek(600, cursor))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("is it the same text, and the same model?");
            var wrong = new RowsCursor(cursor.facts(), new float[2]);
            assertThatThrownBy(() -> other.seek(600, wrong))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining("the saved place in the activations is damaged");
        }
    }
}
