package dev.sae4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.features.collect.TinySae;
import dev.sae4j.features.label.Confidence;
import dev.sae4j.features.label.Label;
import dev.sae4j.features.label.LabelKind;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturePassTest {
    @TempDir Path folder;

    @Test
    void countsAndNamesWhatTheCorpusShows() {
        FeatureBook book = TinyBook.make(2, TinyBook.source(80, 64));

        assertThat(book.size()).isEqualTo(TinyBook.FEATURES);
        assertThat(book.label(0).text()).isEqualTo("\"river\"");
        assertThat(book.label(0).kind()).isEqualTo(LabelKind.WORD);
        assertThat(book.label(0).confidence()).isEqualTo(Confidence.CONFIDENT);
        assertThat(book.label(7)).isEqualTo(Label.DEAD);
        assertThat(book.summary(7).dead()).isTrue();
        assertThat(book.examples(7)).isEmpty();
        assertThat(book.examples(0)).hasSize(20);
        assertThat(book.examples(0).getFirst().activation())
                .isEqualTo((float) book.summary(0).max());
        assertThat(book.boosted(0)).hasSize(10);
        assertThat(book.meta().model()).isEqualTo("tiny");
        assertThat(book.meta().other()).containsEntry("layer", 2).containsKey("sae_sha256");
        assertThat(book.meta().texts()).isEqualTo(80);
    }

    @Test
    void theBookIsTheSameOnAnyNumberOfThreadsAndWithAnyBatches() throws IOException {
        TinyBook.make(1, TinyBook.source(80, 64)).write(folder.resolve("a"));
        TinyBook.make(3, TinyBook.source(80, 64)).write(folder.resolve("b"));
        TinyBook.make(2, TinyBook.source(80, 1)).write(folder.resolve("c"));
        TinyBook.make(2, TinyBook.source(80, 100_000)).write(folder.resolve("d"));

        try (var files = Files.list(folder.resolve("a"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(7);
            for (Path file : all) {
                for (String other : List.of("b", "c", "d")) {
                    assertThat(folder.resolve(other).resolve(file.getFileName()))
                            .hasSameBinaryContentAs(file);
                }
            }
        }
    }

    @Test
    void anEmptySourceGivesABookOfDeadFeatures() {
        FeatureBook book = TinyBook.make(1, TinyBook.source(0, 64));
        book.write(folder.resolve("empty"));

        try (FeatureBook read = FeatureBook.open(folder.resolve("empty"))) {
            assertThat(read.meta().tokens()).isZero();
            assertThat(read.summary(3).density()).isZero();
            assertThat(read.label(3).confidence()).isEqualTo(Confidence.DEAD);
            assertThat(read.examples(3)).isEmpty();
            assertThat(ClearFeatures.of(read, 12)).isEmpty();
        }
    }

    @Test
    void saysHowFarItIs() {
        List<Long> told = new ArrayList<>();
        MemorySource source = TinyBook.source(10, 50);
        try (Workers workers = Workers.of(1)) {
            FeaturePass.run(
                    workers,
                    TinySae.identity(TinyBook.WIDTH),
                    source,
                    TinyBook.text(),
                    null,
                    FeatureOptions.DEFAULT,
                    told::add);
        }
        assertThat(told).isSorted().first().isEqualTo(50L);
        assertThat(told).last().isEqualTo((long) source.rows().size());
    }

    @Test
    void refusesActivationsOfAnotherWidth() {
        try (Workers workers = Workers.of(1)) {
            assertThatThrownBy(() ->
                            FeaturePass.run(
                                    workers,
                                    TinySae.identity(3),
                                    TinyBook.source(1, 10),
                                    TinyBook.text(),
                                    null,
                                    FeatureOptions.DEFAULT,
                                    FeatureProgress.NONE))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "the activations have 8 dimensions, the SAE takes 3: use activations of the hook it was trained on");
        }
    }
}
