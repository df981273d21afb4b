package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.inspect.Inspection;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// SAE files that other programs wrote, with what those programs computed from them. Every case of
/// every manifest found is run, and every reading that a case has numbers for.
@Tag("fixtures-checkpoints")
class RecordedCheckpointsTest {
    /// The same formulas in float64 differ by less than 1e-6 of the largest value; summation order
    /// in float32 adds as much again for the widths recorded.
    private static final double TOLERANCE = 1e-5;

    /// Recorded numbers that no reading of the file alone gives: `predicted` codes are asked for by
    /// another method, `novel_only` leaves them out of the reconstruction on purpose, and `folded`
    /// uses a factor that is in no file.
    private static final Set<String> OTHER = Set.of("predicted", "novel_only", "folded");

    @TempDir Path scratch;

    private static List<Fixtures.Manifest> manifests() {
        return Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile"));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return each("cases", RecordedCheckpointsTest::run);
    }

    private interface Case {
        void run(Path root, JsonNode recorded) throws IOException;
    }

    private static Stream<DynamicTest> each(String list, Case test) {
        return manifests().stream()
                .flatMap(m ->
                        m.json()
                                .path(list)
                                .valueStream()
                                .map(c ->
                                        DynamicTest.dynamicTest(
                                                c.path("id").asString(),
                                                () -> test.run(m.folder(), c))));
    }

    private static Path load(Path root, JsonNode recorded) {
        return root.resolve(recorded.path("dir").asString())
                .resolve(recorded.path("load").asString())
                .normalize();
    }

    private static void run(Path root, JsonNode recorded) {
        Path expectedFile =
                root.resolve(recorded.path("dir").asString())
                        .resolve(recorded.path("expected").asString());
        try (Workers workers = Workers.of(2);
                Sae sae = Sae.load(load(root, recorded));
                Safetensors expected = Safetensors.open(expectedFile)) {
            int sequences = recorded.path("reader").path("params").path("sequences").asInt(1);
            Set<String> seen = new TreeSet<>();
            for (String name : expected.tensors().keySet()) {
                String suffix = suffix(name);
                if (suffix != null && !OTHER.contains(suffix) && seen.add(suffix)) {
                    Sae read = reading(sae, suffix, recorded);
                    compare(workers, read, expected, suffix, sequences, recorded);
                }
            }
            assertThat(seen).contains("");
            expected.find("features_predicted")
                    .ifPresent(t -> predictions(workers, sae, expected, t, sequences));
        }
    }

    /// What comes after `features` or `reconstruction`; null for other tensors.
    private static @Nullable String suffix(String name) {
        for (String start : List.of("features", "reconstruction")) {
            if (name.equals(start)) {
                return "";
            }
            if (name.startsWith(start + "_")) {
                return name.substring(start.length() + 1);
            }
        }
        return null;
    }

    /// The reading that gives the numbers with a suffix. Without one it is the default, except for
    /// training checkpoints of BatchTopK: there the recorded numbers are those of the training
    /// class, while ours, as the manifest advises readers, are those of the threshold.
    private static Sae reading(Sae sae, String suffix, JsonNode recorded) {
        boolean training = recorded.path("reader").path("name").asString().equals("sl.training");
        boolean batch = recorded.path("architecture").asString().endsWith("batchtopk");
        if (training && batch && !suffix.equals("threshold")) {
            return sae.as(suffix.isEmpty() ? "batch_topk" : "batch_topk_" + suffix);
        }
        if (suffix.isEmpty() || sae.reading().name().equals(suffix)) {
            return sae;
        }
        return sae.as(suffix);
    }

    private static void compare(
            Workers workers,
            Sae sae,
            Safetensors expected,
            String suffix,
            int sequences,
            JsonNode recorded) {
        String end = suffix.isEmpty() ? "" : "_" + suffix;
        Tensor input = expected.find("x").orElseThrow();
        int d = sae.config().dIn();
        int rows = input.rows() / sequences;
        float[] x = input.toFloats();
        float[] features = new float[input.rows() * sae.config().dSae()];
        float[] reconstruction = new float[input.rows() * sae.config().dOut()];
        for (int s = 0; s < sequences; s++) {
            Rows part = Rows.of(x, input.rows(), d).slice(s * rows, rows);
            SparseCodes codes = sae.encode(workers, part);
            fill(codes, sae.config().dSae(), features, s * rows);
            float[] out = new float[rows * sae.config().dOut()];
            sae.decode(workers, part, codes, out);
            System.arraycopy(out, 0, reconstruction, s * out.length, out.length);
        }
        Tensor recordedFeatures = expected.find("features" + end).orElseThrow();
        assertThat(active(features))
                .as("active features" + end)
                .isEqualTo(active(recordedFeatures.toFloats()));
        assertClose("features" + end, features, recordedFeatures);
        if (hasReconstruction(recorded)) {
            expected.find("reconstruction" + end)
                    .ifPresent(t -> assertClose("reconstruction" + end, reconstruction, t));
        }
    }

    /// Layers of cross-layer transcoders write to several places; SAELens sums them, and the
    /// manifest says that only the features mean something.
    private static boolean hasReconstruction(JsonNode recorded) {
        return !recorded.path("notes").asString().contains("only the features are meaningful");
    }

    private static void predictions(
            Workers workers, Sae sae, Safetensors expected, Tensor recorded, int sequences) {
        Tensor input = expected.find("x").orElseThrow();
        int rows = input.rows() / sequences;
        float[] predicted = new float[input.rows() * sae.config().dSae()];
        for (int s = 0; s < sequences; s++) {
            Rows all = Rows.of(input.toFloats(), input.rows(), sae.config().dIn());
            SparseCodes codes = sae.predicted(workers, all.slice(s * rows, rows));
            fill(codes, sae.config().dSae(), predicted, s * rows);
        }
        assertClose("predicted", predicted, recorded);
    }

    private static void fill(SparseCodes codes, int features, float[] dense, int firstRow) {
        for (int r = 0; r < codes.rows(); r++) {
            for (int i = codes.rowStart()[r]; i < codes.rowStart()[r + 1]; i++) {
                dense[(firstRow + r) * features + codes.feature()[i]] = codes.value()[i];
            }
        }
    }

    private static BitSet active(float[] features) {
        var set = new BitSet();
        for (int i = 0; i < features.length; i++) {
            set.set(i, features[i] != 0);
        }
        return set;
    }

    private static void assertClose(String what, float[] ours, Tensor recorded) {
        float[] theirs = recorded.toFloats();
        assertThat(ours).as(what).hasSameSizeAs(theirs);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < theirs.length; i++) {
            largest = Math.max(largest, Math.abs(theirs[i]));
            worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
        }
        assertThat(worst / largest).as(what).isLessThan(TOLERANCE);
    }

    @TestFactory
    Stream<DynamicTest> hostileFiles() {
        return each("hostile", this::refuse);
    }

    private void refuse(Path root, JsonNode hostile) throws IOException {
        Path load = load(root, hostile);
        if (hostile.path("why").asString().contains("generated when the test runs")) {
            load = withNestedConfig(load);
        }
        Set<Path> before = files(root.resolve(hostile.path("dir").asString()));
        String expect = hostile.path("expect").asString();
        long start = System.nanoTime();
        try {
            readAll(load);
            assertThat(expect).as("loaded").isNotEqualTo("refuse");
            if (expect.endsWith("report")) {
                assertThat(Inspection.of(load).problems()).isNotEmpty();
            }
        } catch (Sae4jException e) {
            assertThat(e).hasMessageStartingWith("[");
            assertThat(expect).as(e.getMessage()).isNotEqualTo("report");
        }
        assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(5);
        assertThat(files(root.resolve(hostile.path("dir").asString()))).isEqualTo(before);
        for (String marker : markers(hostile)) {
            for (Path place : List.of(root, load, load.resolve(".."), Path.of(""))) {
                assertThat(place.resolve(marker)).doesNotExist();
                assertThat(place.resolve("..").resolve(marker)).doesNotExist();
            }
            assertThat(Path.of(System.getProperty("java.io.tmpdir"), marker)).doesNotExist();
        }
    }

    /// Opens and computes with everything: what is damaged in the middle shows only then.
    private static void readAll(Path load) {
        try (Workers workers = Workers.of(1);
                Sae sae = Sae.load(load)) {
            for (Reading reading : sae.readings()) {
                Sae read = sae.as(reading.name());
                Rows x = Rows.of(new float[2 * read.config().dIn()], 2, read.config().dIn());
                SparseCodes codes = read.encode(workers, x);
                read.decode(workers, x, codes, new float[2 * read.config().dOut()]);
            }
        }
    }

    private static List<String> markers(JsonNode hostile) {
        List<String> markers = new ArrayList<>();
        if (!hostile.path("marker").asString("").isEmpty()) {
            markers.add(hostile.path("marker").asString());
        }
        hostile.path("must_not_create").valueStream().forEach(n -> markers.add(n.asString()));
        return markers;
    }

    private Path withNestedConfig(Path folder) throws IOException {
        Path copy = Files.createDirectories(scratch.resolve("nested"));
        for (Path file : files(folder)) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        byte[] opening = new byte[50_000_000];
        java.util.Arrays.fill(opening, (byte) '[');
        Files.write(copy.resolve("cfg.json"), opening);
        return copy;
    }

    private static Set<Path> files(Path folder) throws IOException {
        Set<Path> found = new TreeSet<>();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        found.add(file);
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    @TestFactory
    Stream<DynamicTest> oddities() {
        return each("edge", (root, edge) -> EdgeValues.compare(root, edge));
    }
}
