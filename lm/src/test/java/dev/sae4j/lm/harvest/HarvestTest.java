package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.data.Document;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.StoreCounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HarvestTest {
    @TempDir Path dir;

    @Test
    void readsEachDocumentAloneAndLeavesOutFirstAndSpecialPositions() {
        var runner = new FakeRunner(true);
        List<String> rows = new ArrayList<>();
        HarvestResult result =
                harvest(runner, options(100, 16, Exclusion.FIRST_AND_SPECIAL, 5), "abc", "d#e")
                        .run(collect(rows), HarvestProgress.NONE);
        assertThat(rows).containsExactly("a 0:1", "b 0:2", "c 0:3", "d 1:1", "e 1:3");
        assertThat(result)
                .isEqualTo(new HarvestResult(5, 100, new StoreCounts(2, 0, 2, 0, 8, 0, 3, 1, 0)));
        assertThat(result.textEnded()).isTrue();
    }

    @Test
    void withoutBosTheFirstPositionIsLeftOutAllTheSame() {
        assertThat(rows(false, options(100, 16, Exclusion.FIRST_AND_SPECIAL, 5), "abc", "de"))
                .containsExactly("b 0:1", "c 0:2", "e 1:1");
        assertThat(rows(false, options(100, 16, Exclusion.NONE, 5), "abc"))
                .containsExactly("a 0:0", "b 0:1", "c 0:2");
    }

    @Test
    void splitsLongDocumentsAndLosesNothing() {
        List<String> rows = new ArrayList<>();
        HarvestResult result =
                harvest(new FakeRunner(true), options(100, 4, Exclusion.NONE, 5), "abcdefgh", "x")
                        .run(collect(rows), HarvestProgress.NONE);
        assertThat(rows)
                .containsExactly(
                        "\u0001 0:0",
                        "a 0:1",
                        "b 0:2",
                        "c 0:3",
                        "\u0001 0:0",
                        "d 0:1",
                        "e 0:2",
                        "f 0:3",
                        "\u0001 0:0",
                        "g 0:1",
                        "h 0:2",
                        "\u0001 1:0",
                        "x 1:1");
        assertThat(result.counts()).isEqualTo(new StoreCounts(2, 4, 1, 13, 0, 0));
        assertThat(rows(false, options(100, 4, Exclusion.NONE, 5), "abcdef"))
                .containsExactly("a 0:0", "b 0:1", "c 0:2", "d 0:3", "e 0:0", "f 0:1");
    }

    @Test
    void stopsExactlyAtTheRowsAskedFor() {
        for (int batchTokens : new int[] {1, 7, 1000}) {
            List<String> rows = new ArrayList<>();
            HarvestResult result =
                    harvest(
                                    new FakeRunner(true),
                                    options(4, 16, Exclusion.FIRST_AND_SPECIAL, batchTokens),
                                    "abc",
                                    "def",
                                    "ghi")
                            .run(collect(rows), HarvestProgress.NONE);
            assertThat(rows).containsExactly("a 0:1", "b 0:2", "c 0:3", "d 1:1");
            assertThat(result.textEnded()).isFalse();
            assertThat(result.counts()).isEqualTo(new StoreCounts(2, 2, 0, 6, 2, 0));
        }
    }

    @Test
    void rowsDoNotDependOnTheBatchSize() {
        String[] texts =
                IntStream.range(0, 500).mapToObj(i -> "text number " + i).toArray(String[]::new);
        List<String> small = rows(true, options(3000, 9, Exclusion.FIRST_AND_SPECIAL, 3), texts);
        assertThat(small).hasSize(3000);
        assertThat(rows(true, options(3000, 9, Exclusion.FIRST_AND_SPECIAL, 512), texts))
                .isEqualTo(small);
    }

    @Test
    void batchesAreAboutAsLargeAsAskedFor() {
        var runner = new FakeRunner(true);
        String[] texts = Collections.nCopies(100, "1234567").toArray(String[]::new);
        harvest(runner, options(1000, 16, Exclusion.NONE, 64), texts).forEach(batch -> {});
        assertThat(runner.mostTokens).isEqualTo(64);
        assertThat(runner.batches).isEqualTo(13);
    }

    @Test
    void leavesOutRowsOfOutlyingNormAndCountsThem() {
        var exclude = new Exclusion(true, true, 10);
        List<String> rows = new ArrayList<>();
        HarvestResult result =
                harvest(new FakeRunner(true), options(100, 16, exclude, 5), "ab^c", "^d")
                        .run(collect(rows), HarvestProgress.NONE);
        assertThat(rows).containsExactly("a 0:1", "b 0:2", "c 0:4", "d 1:2");
        assertThat(result.counts().rowsAboveNorm()).isEqualTo(2);

        String[] many = Collections.nCopies(3000, "ab^c").toArray(String[]::new);
        HarvestResult large =
                harvest(new FakeRunner(true), options(8000, 16, exclude, 50), many)
                        .run(batch -> {}, HarvestProgress.NONE);
        assertThat(large.rows()).isEqualTo(8000);
        StoreCounts counts = large.counts();
        assertThat(counts.tokensSeen())
                .isEqualTo(8000 + counts.rowsExcluded() + counts.rowsAboveNorm());
        assertThat(counts.rowsAboveNorm()).isBetween(2600L, 2700L);
    }

    @Test
    void stopsAtNanNamingDocumentAndPositionAndLeavesNothing() {
        Path folder = dir.resolve("store");
        assertThatThrownBy(() ->
                        harvest(
                                        new FakeRunner(true),
                                        options(100, 16, Exclusion.NONE, 5),
                                        "abc",
                                        "de!f")
                                .toStore(folder, HarvestProgress.NONE))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "the activation of fake at resid_post.1 holds NaN or infinity in document 1, position 3 (token 33)");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void writesAStoreThatSaysWhereItCameFrom() {
        Path folder = dir.resolve("store");
        HarvestResult result =
                harvest(
                                new FakeRunner(true),
                                options(100, 4, Exclusion.FIRST_AND_SPECIAL, 5),
                                "abcdef",
                                "g")
                        .toStore(folder, HarvestProgress.NONE);
        try (var store = ActivationStore.open(folder)) {
            assertThat(store.rows()).isEqualTo(7);
            assertThat(store.info().counts()).isEqualTo(result.counts());
            assertThat(store.info().counts().splitDocuments()).isEqualTo(1);
            assertThat(store.info().origin().model()).isEqualTo("fake");
            assertThat(store.info().origin().hook()).isEqualTo("resid_post.1");
            assertThat(store.info().origin().data()).isEqualTo("test");
            assertThat(store.info().origin().excluded()).isEqualTo("first,special");
            List<String> rows = new ArrayList<>();
            store.forEach(collect(rows));
            assertThat(rows)
                    .containsExactly("a 0:1", "b 0:2", "c 0:3", "d 0:1", "e 0:2", "f 0:3", "g 1:1");
        }
    }

    @Test
    void saysThatNothingWasKept() {
        assertThatThrownBy(() ->
                        harvest(
                                        new FakeRunner(false),
                                        options(9, 4, Exclusion.FIRST_AND_SPECIAL, 5),
                                        "a",
                                        "b")
                                .toStore(dir.resolve("store"), HarvestProgress.NONE))
                .hasMessageContaining("no activations were kept");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void reportsProgress() {
        List<String> seen = new ArrayList<>();
        harvest(new FakeRunner(true), options(5, 16, Exclusion.FIRST_AND_SPECIAL, 4), "abc", "def")
                .run(
                        batch -> {},
                        (rows, of, tokens) -> seen.add(rows + "/" + of + " of " + tokens));
        assertThat(seen).containsExactly("3/5 of 4", "5/5 of 7");
    }

    @Test
    void endsItsThreadAndClosesTheTextWhenItStopsEarly() {
        boolean[] closed = {false};
        TextSource endless =
                new TextSource() {
                    @Override
                    public String name() {
                        return "endless";
                    }

                    @Override
                    public Stream<Document> documents() {
                        return IntStream.iterate(0, i -> i + 1)
                                .mapToObj(i -> new Document(i, "abc"))
                                .onClose(() -> closed[0] = true);
                    }
                };
        var harvest =
                new Harvest(new FakeRunner(true), endless, options(50, 16, Exclusion.NONE, 8));
        harvest.forEach(batch -> {});
        assertThat(closed[0]).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("tokenizer"));
    }

    @Test
    void failuresOfTheTextArriveInTheHarvestingThread() {
        TextSource broken =
                new TextSource() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public Stream<Document> documents() {
                        return IntStream.range(0, 200)
                                .mapToObj(i -> {
                                    if (i == 150) {
                                        throw new Sae4jException("line 151 is not UTF-8");
                                    }
                                    return new Document(i, "abc");
                                });
                    }
                };
        var harvest =
                new Harvest(new FakeRunner(true), broken, options(9999, 16, Exclusion.NONE, 8));
        assertThatThrownBy(() -> harvest.toStore(dir.resolve("store"), HarvestProgress.NONE))
                .isInstanceOf(Sae4jException.class)
                .hasMessage("line 151 is not UTF-8");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesOptionsThatCannotWork() {
        assertThatThrownBy(
                        () -> harvest(new FakeRunner(true), options(9, 17, Exclusion.NONE, 8), "a"))
                .isInstanceOf(UsageException.class)
                .hasMessage("context 17 is more than fake can read: at most 16 tokens");
        assertThatThrownBy(() -> options(0, 16, Exclusion.NONE, 8))
                .hasMessage("tokens must be at least 1, got 0");
        assertThatThrownBy(() -> options(9, 1, Exclusion.NONE, 8))
                .hasMessage("context must be at least 2 tokens, got 1");
    }

    private List<String> rows(boolean bos, HarvestOptions options, String... texts) {
        List<String> rows = new ArrayList<>();
        harvest(new FakeRunner(bos), options, texts).forEach(collect(rows));
        return rows;
    }

    private static Harvest harvest(Runner runner, HarvestOptions options, String... texts) {
        return new Harvest(runner, TextSource.of("test", List.of(texts)), options);
    }

    private static HarvestOptions options(
            long tokens, int context, Exclusion exclude, int batchTokens) {
        return new HarvestOptions(
                Hook.residPost(1), tokens, context, exclude, DType.F32, batchTokens);
    }

    /// Rows as `token document:position`; the values must say the same.
    private static java.util.function.Consumer<ActivationBatch> collect(List<String> rows) {
        return batch -> {
            for (int i = 0; i < batch.rows(); i++) {
                assertThat(batch.values()[2 * i]).isEqualTo(batch.token()[i]);
                assertThat(batch.values()[2 * i + 1]).isEqualTo(batch.position()[i]);
                rows.add(
                        "%c %d:%d"
                                .formatted(
                                        batch.token()[i],
                                        batch.document()[i],
                                        batch.position()[i]));
            }
        };
    }
}
