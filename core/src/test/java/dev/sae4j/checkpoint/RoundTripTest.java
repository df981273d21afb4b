package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.testing.Fixtures;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Writes every recorded SAE in every format that can express it, and reads it back: the same bits
/// in its own format, the same features and reconstructions in the others.
@Tag("fixtures-checkpoints")
class RoundTripTest {
    /// Folding a bias or a scale into weights rounds each of them once more.
    private static final double TOLERANCE = 2e-5;

    private static final Map<String, Integer> WRITTEN = new TreeMap<>();

    @TempDir Path scratch;
    private int cases;

    @TestFactory
    Stream<DynamicTest> everyCaseInEveryFormat() {
        return Fixtures.manifests("manifest.json", m -> m.has("cases") && m.has("hostile")).stream()
                .flatMap(m ->
                        m.json()
                                .path("cases")
                                .valueStream()
                                .map(c ->
                                        DynamicTest.dynamicTest(
                                                c.path("id").asString(),
                                                () -> run(m.folder(), c))));
    }

    private void run(Path root, JsonNode recorded) {
        Path load =
                root.resolve(recorded.path("dir").asString())
                        .resolve(recorded.path("load").asString())
                        .normalize();
        try (Workers workers = Workers.of(1);
                Checkpoints.Found found = Checkpoints.find(load, ReadOptions.NONE)) {
            // names count: only one with 'transcoder' makes a Gemma Scope file one
            String kind = found.sae().config().transcoder() ? "transcoder-" : "sae-";
            Path folder = scratch.resolve(kind + cases++);
            for (CheckpointFormat format : Checkpoints.formats()) {
                CheckpointWriter writer = format.writer().orElse(null);
                if (writer == null) {
                    continue;
                }
                boolean own = format.name().equals(found.format().name());
                if (!isExpressible(writer, found.sae())) {
                    // what a format was read from it can hold, but for what is only read
                    boolean isRead =
                            found.sae().config().activation() instanceof Activation.Temporal;
                    assertThat(own && !isRead).as("written as " + format.name()).isFalse();
                    continue;
                }
                Path out = place(format.name(), load, folder.resolve(format.name()), own);
                writer.write(found.sae(), out, null);
                WRITTEN.merge(format.name(), 1, Integer::sum);
                try (Sae again = Checkpoints.open(out, ReadOptions.ofFormat(format.name()))) {
                    boolean stored = own && isStored(found.sae());
                    if (stored) {
                        SameSae.assertSameWeights(again, found.sae());
                        assertSameActivation(
                                found.sae().config().activation(), again.config().activation());
                    }
                    boolean rounds = !stored && !writer.fit(found.sae()).notes().isEmpty();
                    compare(workers, format.name(), found.sae(), again, rounds);
                }
            }
        }
    }

    private static boolean isExpressible(CheckpointWriter writer, Sae sae) {
        try {
            return writer.fit(sae).losses().isEmpty();
        } catch (Sae4jException e) {
            return false;
        }
    }

    /// Formats that read names keep the one of the file or folder they were read from.
    private static Path place(String format, Path load, Path folder, boolean own) {
        Path name = load.getFileName();
        if (own && name != null) {
            return folder.resolve(name);
        }
        return switch (format) {
            case "openai" -> folder.resolve("8.pt");
            case "topk_pt" -> folder.resolve("sae_weights.pt");
            case "relu_pt" -> folder.resolve("sae_layer00_final.pt");
            default -> folder;
        };
    }

    /// @param rounds true if something was folded
    private static void compare(Workers workers, String format, Sae a, Sae b, boolean rounds) {
        assertThat(b.config().dIn()).isEqualTo(a.config().dIn());
        assertThat(b.config().dSae()).isEqualTo(a.config().dSae());
        int n = 24;
        Rows x = Rows.of(rows(a, n), n, a.config().dIn());
        SparseCodes left = a.encode(workers, x);
        SparseCodes right = b.encode(workers, x);
        float[] f = left.toDense(a.config().dSae());
        float[] g = right.toDense(a.config().dSae());
        if (assertSameActive(format, f, g, rounds) > 0) {
            return;
        }
        assertClose(format + " features", f, g);
        float[] y = new float[n * a.config().dOut()];
        float[] z = new float[n * a.config().dOut()];
        a.decode(workers, x, left, y);
        b.decode(workers, x, right, z);
        assertClose(format + " reconstruction", y, z);
    }

    /// Rows whose pre-activations are a few units.
    private static float[] rows(Sae sae, int n) {
        var random = new SplittableRandom(11);
        float[] x = new float[n * sae.config().dIn()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (1.5 * random.nextGaussian() + 0.3);
        }
        return x;
    }

    /// What was folded as it was read has no bits of its own in the file; what comes from F64 is
    /// rounded to F32 when it is read.
    private static boolean isStored(Sae sae) {
        return sae.config().input().equals(dev.sae4j.sae.InputTransform.NONE)
                || sae.config().input() instanceof dev.sae4j.sae.InputTransform.LayerNorm
                || sae.config().input() instanceof dev.sae4j.sae.InputTransform.ConstantNorm;
    }

    private static void assertSameActivation(Activation a, Activation b) {
        switch (a) {
            case Activation.JumpRelu(float[] threshold) ->
                    assertThat(((Activation.JumpRelu) b).threshold()).isEqualTo(threshold);
            case Activation.Gated gated -> {
                assertThat(((Activation.Gated) b).gateBias()).isEqualTo(gated.gateBias());
                assertThat(((Activation.Gated) b).magnitudeBias()).isEqualTo(gated.magnitudeBias());
                assertThat(((Activation.Gated) b).magnitudeScale())
                        .isEqualTo(gated.magnitudeScale());
            }
            case Activation.BatchTopK batch -> {
                if (b instanceof Activation.JumpRelu(float[] threshold)) { // SAELens
                    for (float t : threshold) {
                        assertThat(t).isEqualTo(batch.threshold());
                    }
                } else {
                    assertThat(b).isEqualTo(batch);
                }
            }
            default -> assertThat(b).isEqualTo(a);
        }
    }

    /// Where a bias was folded, a value within rounding of its threshold may fall on the other side:
    /// one in ten thousand at most.
    ///
    /// @return features that are active on one side only
    private static int assertSameActive(String format, float[] f, float[] g, boolean rounds) {
        int differing = 0;
        for (int i = 0; i < f.length; i++) {
            differing += (f[i] != 0) == (g[i] != 0) ? 0 : 1;
        }
        assertThat(differing)
                .as(format + " active features")
                .isLessThanOrEqualTo(rounds ? f.length / 10_000 + 1 : 0);
        return differing;
    }

    private static void assertClose(String what, float[] a, float[] b) {
        double largest = 1e-3;
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        assertThat(worst / largest).as(what).isLessThan(TOLERANCE);
    }

    @AfterAll
    static void everyWriterHadSomethingToWrite() {
        List<String> writable =
                Checkpoints.formats().stream()
                        .filter(f -> f.writer().isPresent())
                        .map(CheckpointFormat::name)
                        .toList();
        assertThat(WRITTEN.keySet()).containsAll(writable);
        System.getLogger(RoundTripTest.class.getName())
                .log(System.Logger.Level.INFO, "round trips: " + WRITTEN);
    }
}
