package dev.sae4j.lm.harvest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.testing.Gen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HarvestResumeTest {
    private static final List<String> TEXTS =
            IntStream.range(0, 400)
                    .mapToObj(i -> "text^ number " + "x".repeat(i % 40) + i)
                    .toList();
    private static final int SHARD = 24_000;

    @TempDir Path dir;

    /// Thrown where a process is killed.
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// Two hooks side by side: the second is the first, negated. Dies after some batches.
    private record Mortal(FakeRunner model, int hooks, AtomicInteger life) implements Runner {
        @Override
        public String name() {
            return model.name();
        }

        @Override
        public int[] widths() {
            int[] widths = new int[hooks];
            Arrays.fill(widths, model.width());
            return widths;
        }

        @Override
        public int maxContext() {
            return model.maxContext();
        }

        @Override
        public List<int[]> encode(List<String> texts) {
            return model.encode(texts);
        }

        @Override
        public List<int[]> encodePlain(List<String> texts) {
            return model.encodePlain(texts);
        }

        @Override
        public OptionalInt bos() {
            return model.bos();
        }

        @Override
        public OptionalInt namedBos() {
            return model.namedBos();
        }

        @Override
        public OptionalInt separator(ContextRule.Separator separator) {
            return model.separator(separator);
        }

        @Override
        public boolean isSpecial(int token) {
            return model.isSpecial(token);
        }

        @Override
        public void run(TokenBatch batch, ForwardPass.Reader reader) {
            if (life.getAndDecrement() == 0) {
                throw new Killed();
            }
            model.run(
                    batch,
                    (values, rows, width) -> {
                        float[] all = new float[rows * width()];
                        for (int row = 0; row < rows; row++) {
                            for (int i = 0; i < width(); i++) {
                                all[row * width() + i] =
                                        values[row * width + i % width] * (i < width ? 1 : -1);
                            }
                        }
                        reader.accept(all, rows, width());
                    });
        }
    }

    @Test
    void goesOnBehindTheLastShardAndWritesTheSameBytes() {
        Gen.forAll(5, random -> check(random, 1));
    }

    @Test
    void goesOnWithSeveralStoresOfOnePass() {
        Gen.forAll(3, random -> check(random, 2));
    }

    private void check(SplittableRandom random, int hooks) {
        HarvestOptions options = options(random);
        Path whole = dir.resolve("whole");
        HarvestResult expected = harvest(hooks, options, Integer.MAX_VALUE, whole, false);
        Path folder = dir.resolve("killed" + random.nextInt(1 << 30));
        HarvestResult result = null;
        int deaths = 0;
        while (result == null) {
            try {
                result =
                        harvest(
                                hooks,
                                options,
                                5 + random.nextInt(60 << Math.min(deaths, 10)),
                                folder,
                                deaths > 0);
            } catch (Killed e) {
                deaths++;
                assertThat(folder.resolve("store.json")).doesNotExist();
            }
        }
        assertThat(result).isEqualTo(expected);
        assertThat(files(folder)).isEqualTo(files(whole));
        assertThat(leftovers(folder)).isEmpty();
    }

    private static HarvestOptions options(SplittableRandom random) {
        ContextRule rule =
                List.of(
                                ContextRule.SPLIT,
                                ContextRule.of(ContextRule.Kind.STREAM),
                                ContextRule.of(ContextRule.Kind.SAELENS))
                        .get(random.nextInt(3));
        Exclusion exclude = new Exclusion(true, random.nextBoolean(), random.nextInt(2) * 5);
        long tokens = 4_000L + random.nextInt(6_000);
        return new HarvestOptions(
                Hook.residPost(1), tokens, 16, rule, exclude, DType.F32, 1 + random.nextInt(200));
    }

    private static HarvestResult harvest(
            int hooks, HarvestOptions options, int life, Path folder, boolean resume) {
        List<Hook> at = List.of(Hook.residPost(1), Hook.residPost(2)).subList(0, hooks);
        var runner = new Mortal(new FakeRunner(true), hooks, new AtomicInteger(life));
        var harvest = new Harvest(runner, TextSource.of("test", TEXTS), options, at);
        return hooks == 1
                ? harvest.toStore(folder, resume, HarvestProgress.NONE, SHARD)
                : harvest.toStores(folder, resume, HarvestProgress.NONE, SHARD);
    }

    @Test
    void severalHooksGiveAStoreEachOfTheSamePositions() throws IOException {
        Path folder = dir.resolve("stores");
        var options = HarvestOptions.of(Hook.residPost(1), 3_000);
        var small = new HarvestOptions(options.hook(), 3_000, 16, Exclusion.NONE, DType.F32, 64);
        harvest(2, small, Integer.MAX_VALUE, folder, false);
        try (Stream<Path> stores = Files.list(folder)) {
            assertThat(stores.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("resid_post.1", "resid_post.2");
        }
        try (ActivationStore one = ActivationStore.open(folder.resolve("resid_post.1"));
                ActivationStore two = ActivationStore.open(folder.resolve("resid_post.2"))) {
            assertThat(one.width()).isEqualTo(2);
            assertThat(two.info().origin().hook()).isEqualTo("resid_post.2");
            assertThat(one.rows()).isEqualTo(two.rows()).isEqualTo(3_000);
        }
    }

    @Test
    void refusesToGoOnWithAnotherHarvest() {
        Path folder = dir.resolve("store");
        var options =
                new HarvestOptions(Hook.residPost(1), 5_000, 16, Exclusion.NONE, DType.F32, 64);
        assertThatThrownBy(() -> harvest(1, options, 60, folder, false)).isInstanceOf(Killed.class);
        var other = options.with(ContextRule.TRUNCATE);
        assertThatThrownBy(() -> harvest(1, other, 60, folder, true))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        ".store.harvest.json] is of another harvest: rule for contexts was split, now it is truncate: go on with the same options, text and model, or leave out --resume to begin anew");
        assertThat(harvest(1, options, Integer.MAX_VALUE, folder, true).rows()).isEqualTo(5_000);
        assertThatThrownBy(() -> harvest(1, options, Integer.MAX_VALUE, folder, true))
                .hasMessageContaining("store] is complete, there is nothing to go on with");
    }

    @Test
    void refusesToGoOnWithDamagedShards() throws IOException {
        Path folder = dir.resolve("store");
        var options =
                new HarvestOptions(Hook.residPost(1), 5_000, 16, Exclusion.NONE, DType.F32, 64);
        assertThatThrownBy(() -> harvest(1, options, 60, folder, false)).isInstanceOf(Killed.class);
        Files.writeString(dir.resolve(".store.part/shard-00000.safetensors"), "short");
        assertThatThrownBy(() -> harvest(1, options, 60, folder, true))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("shard-00000.safetensors] is not what was written");
        Files.writeString(dir.resolve(".store.harvest.json"), "{\"origins\": 1}");
        assertThatThrownBy(() -> harvest(1, options, 60, folder, true))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(".store.harvest.json] is damaged");
        assertThat(harvest(1, options, Integer.MAX_VALUE, folder, false).rows()).isEqualTo(5_000);
        assertThat(leftovers(folder)).isEmpty();
    }

    private static Map<String, byte[]> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            Map<String, byte[]> files = new TreeMap<>();
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
            return new Same(files);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Compares the contents.
    private static final class Same extends TreeMap<String, byte[]> {
        private static final long serialVersionUID = 1;

        Same(Map<String, byte[]> files) {
            super(files);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Same same
                    && keySet().equals(same.keySet())
                    && keySet().stream()
                            .allMatch(k -> java.util.Arrays.equals(get(k), same.get(k)));
        }

        @Override
        public int hashCode() {
            return keySet().hashCode();
        }

        @Override
        public String toString() {
            return keySet().toString();
        }
    }

    /// What a harvest that has ended must not leave beside its store.
    private List<String> leftovers(Path folder) {
        try (Stream<Path> all = Files.list(folder.getParent())) {
            return all.map(p -> p.getFileName().toString()).filter(n -> n.startsWith(".")).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
