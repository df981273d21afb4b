package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.family.Families;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Models run by the library that defines them, layer by layer.
@Tag("fixtures-models")
class ModelFixturesTest {
    private static final Workers WORKERS = Workers.of(2);

    @TempDir static Path scratch;

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    @TestFactory
    Stream<DynamicTest> agreesWithRecordedActivations() {
        return supported()
                .flatMap(c ->
                        Stream.of("config.json", "config.v5.json")
                                .map(config ->
                                        test(c + " " + config, c, config, new Recorded(c)::check)));
    }

    @TestFactory
    Stream<DynamicTest> agreesWithRecordedLongSequence() {
        return supported().map(c -> test(c.name(), c, "config.json", new Recorded(c)::checkLong));
    }

    @TestFactory
    Stream<DynamicTest> agreesWithRecordedReplacementsOfTheStream() {
        return supported().map(c -> test(c.name(), c, "config.json", new Patched(c)::check));
    }

    @TestFactory
    Stream<DynamicTest> continuesTextsGreedilyAsRecorded() {
        return supported().map(c -> test(c.name(), c, "config.json", new Greedy(c)::check));
    }

    @TestFactory
    Stream<DynamicTest> readsATextInPiecesAsInOneGo() {
        return supported().map(c -> test(c.name(), c, "config.json", new Pieces(c)::check));
    }

    @TestFactory
    Stream<DynamicTest> readsTheSameWeightsFromTorchFiles() {
        List<FamilyCase> cases =
                supported()
                        .filter(c -> c.has("pytorch_model.bin") && c.has("model.safetensors"))
                        .toList();
        return cases.stream()
                .map(c ->
                        test(
                                c.name(),
                                c,
                                "config.json",
                                safetensors -> {
                                    Path folder = c.withConfig("config.json", scratch);
                                    folder.resolve("model.safetensors").toFile().delete();
                                    try (var torch = LanguageModel.open(folder)) {
                                        var batch = TokenBatch.of(List.of(new int[] {5, 1, 7}));
                                        assertThat(torch.forward(WORKERS, batch).losses())
                                                .isEqualTo(
                                                        safetensors
                                                                .forward(WORKERS, batch)
                                                                .losses());
                                    }
                                }));
    }

    @TestFactory
    Stream<DynamicTest> runsSupportedFamiliesAndRefusesOthersByName() {
        return FamilyCase.all().stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.name(),
                                () -> {
                                    if (Families.modelTypes().contains(c.modelType())) {
                                        LanguageModel.open(c.folder()).close();
                                    } else {
                                        assertThatThrownBy(() -> LanguageModel.open(c.folder()))
                                                .isInstanceOf(Sae4jException.class)
                                                .hasMessageContaining(
                                                        "model_type '" + c.modelType() + "'")
                                                .hasMessageContaining("supported are: ")
                                                .hasMessageContaining("llama");
                                    }
                                }));
    }

    private static Stream<FamilyCase> supported() {
        List<FamilyCase> cases =
                FamilyCase.all().stream()
                        .filter(c -> Families.modelTypes().contains(c.modelType()))
                        .toList();
        assertThat(cases).as("recorded models of supported families").isNotEmpty();
        return cases.stream();
    }

    private static DynamicTest test(
            String name, FamilyCase c, String config, Consumer<LanguageModel> check) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    try (var model = LanguageModel.open(c.withConfig(config, scratch))) {
                        check.accept(model);
                    }
                });
    }

    /// Everything in `expected.safetensors`.
    private record Recorded(FamilyCase c) {
        void check(LanguageModel model) {
            try (Safetensors expected = c.file("expected.safetensors")) {
                Tensor mask = expected.find("attention_mask").orElseThrow();
                boolean[] real = FamilyCase.flags(mask);
                TokenBatch batch = FamilyCase.batch(expected.find("input_ids").orElseThrow(), real);
                var worst = new TreeMap<String, Double>();
                ForwardPass pass = model.forward(WORKERS, batch);
                for (var entry : expected.tensors().entrySet()) {
                    if (entry.getKey().matches("(resid|attn|mlp)_\\w+\\.\\d+|final_norm|logits")) {
                        Hook hook = Hook.parse(entry.getKey());
                        float[] wanted = keep(entry.getValue(), real);
                        pass.read(
                                hook,
                                (values, rows, width) ->
                                        worst.merge(
                                                hook.point().word(),
                                                distance(values, wanted),
                                                Math::max));
                    }
                }
                float[] losses = pass.losses();
                worst.put("token_nll", tokenLosses(expected, losses, batch));
                worst.put(
                        "loss",
                        Math.abs(mean(losses) - expected.find("loss").orElseThrow().toFloats()[0]));
                assertThat(worst)
                        .containsKeys(
                                "resid_pre", "attn_out", "mlp_out", "resid_post", "final_norm");
                // the same without anybody looking, where sums may run in another order
                ForwardPass plain = model.forward(WORKERS, batch);
                worst.merge("token_nll", tokenLosses(expected, plain.losses(), batch), Math::max);
                int[] all = IntStream.range(0, batch.tokenCount()).toArray();
                assertThat(plain.logits(all))
                        .isEqualTo(model.forward(WORKERS, batch).logits(all))
                        .isEqualTo(pass.logits(all));
                worst.forEach(
                        (kind, d) -> assertThat(d).as(kind).isLessThanOrEqualTo(c.tolerance(kind)));
            }
        }

        void checkLong(LanguageModel model) {
            try (Safetensors expected = c.file("expected.safetensors")) {
                Tensor ids = expected.find("long.input_ids").orElseThrow();
                boolean[] real = new boolean[ids.columns()];
                Arrays.fill(real, true);
                TokenBatch batch = FamilyCase.batch(ids, real);
                ForwardPass pass = model.forward(WORKERS, batch);
                var worst = new TreeMap<String, Double>();
                for (int layer = 0; layer < model.spec().layers(); layer++) {
                    var recorded = expected.find("long.resid_post." + layer);
                    if (recorded.isPresent()) {
                        float[] wanted = recorded.get().toFloats();
                        pass.read(
                                Hook.residPost(layer),
                                (values, rows, width) ->
                                        worst.merge(
                                                "resid_post",
                                                distance(tail(values, wanted.length), wanted),
                                                Math::max));
                    }
                }
                worst.put(
                        "loss",
                        Math.abs(
                                mean(pass.losses())
                                        - expected.find("long.loss").orElseThrow().toFloats()[0]));
                Tensor logits = expected.find("long.logits").orElseThrow();
                int last = Math.toIntExact(logits.shape()[1]);
                int n = batch.tokenCount();
                worst.put(
                        "logits",
                        distance(
                                pass.logits(IntStream.range(n - last, n).toArray()),
                                logits.toFloats()));
                assertThat(worst).containsKey("resid_post");
                worst.forEach(
                        (kind, d) -> assertThat(d).as(kind).isLessThanOrEqualTo(c.tolerance(kind)));
            }
        }

        /// `token_nll` is `[rows, T - 1]`, 0 where nothing is predicted.
        private static double tokenLosses(Safetensors expected, float[] losses, TokenBatch batch) {
            Tensor recorded = expected.find("token_nll").orElseThrow();
            float[] wanted = recorded.toFloats();
            double worst = 0;
            for (int s = 0; s < batch.sequences(); s++) {
                for (int t = 0; t + 1 < batch.length(s); t++) {
                    float got = losses[batch.starts()[s] + t];
                    worst = Math.max(worst, Math.abs(got - wanted[s * recorded.columns() + t]));
                }
                assertThat(losses[batch.starts()[s + 1] - 1]).isNaN();
            }
            return worst;
        }
    }

    /// The stream replaced at every token behind one layer.
    private record Patched(FamilyCase c) {
        void check(LanguageModel model) {
            int layer = c.json().get("patched").get("layer").asInt();
            try (Safetensors expected = c.file("expected.safetensors");
                    Safetensors patched = c.file("patched.safetensors")) {
                boolean[] real = FamilyCase.flags(expected.find("attention_mask").orElseThrow());
                TokenBatch batch = FamilyCase.batch(expected.find("input_ids").orElseThrow(), real);
                int width = model.spec().width();
                float[] mean = patched.find("mean.vector").orElseThrow().toFloats();
                float[] direction = patched.find("steer.vector").orElseThrow().toFloats();
                float[] recon = keep(patched.find("recon.value").orElseThrow(), real);
                var means = new float[width];
                model.forward(WORKERS, batch)
                        .read(Hook.residPost(layer), (x, rows, w) -> meanRow(x, rows, means))
                        .run();
                assertThat(distance(means, mean)).isLessThanOrEqualTo(c.tolerance("resid_post"));
                compare(model, batch, patched, "zero", Edits.zero());
                compare(model, batch, patched, "mean", Edits.replaceEach(mean));
                compare(model, batch, patched, "steer", Edits.add(direction, 3));
                compare(model, batch, patched, "recon", Edits.replace(recon));
            }
        }

        private void compare(
                LanguageModel model,
                TokenBatch batch,
                Safetensors patched,
                String name,
                ForwardPass.Editor editor) {
            int layer = c.json().get("patched").get("layer").asInt();
            ForwardPass pass = model.forward(WORKERS, batch).edit(Hook.residPost(layer), editor);
            patched.find(name + ".logits")
                    .ifPresent(logits -> {
                        int end = batch.starts()[1];
                        int n = Math.toIntExact(logits.shape()[1]);
                        int[] rows = IntStream.range(end - n, end).toArray();
                        assertThat(distance(pass.logits(rows), logits.toFloats()))
                                .as(name)
                                .isLessThanOrEqualTo(c.tolerance("logits"));
                    });
            assertThat(mean(pass.losses()))
                    .as(name)
                    .isCloseTo(
                            (double) patched.find(name + ".loss").orElseThrow().toFloats()[0],
                            within(c.tolerance("loss")));
        }

        private static void meanRow(float[] x, int rows, float[] mean) {
            for (int k = 0; k < mean.length; k++) {
                double sum = 0;
                for (int r = 0; r < rows; r++) {
                    sum += x[r * mean.length + k];
                }
                mean[k] = (float) (sum / rows);
            }
        }
    }

    /// The long sequence, longer than every window, token by token behind a first piece.
    private record Pieces(FamilyCase c) {
        void check(LanguageModel model) {
            int[] tokens;
            try (Safetensors expected = c.file("expected.safetensors")) {
                long[] ids = expected.find("long.input_ids").orElseThrow().toLongs();
                tokens = Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
            }
            Hook middle = Hook.residPost(model.spec().layers() / 2);
            float[] direction = new float[model.spec().width()];
            for (int i = 0; i < direction.length; i++) {
                direction[i] = i % 3 - 1f;
            }
            for (ForwardPass.Editor editor :
                    List.<ForwardPass.Editor>of((x, n, w) -> {}, Edits.add(direction, 0.5f))) {
                float[] whole =
                        model.forward(WORKERS, TokenBatch.of(List.of(tokens)))
                                .edit(middle, editor)
                                .logits(IntStream.range(0, tokens.length).toArray());
                for (int first : new int[] {1, 2, 7, tokens.length - 3}) {
                    float[] pieces = inPieces(model, tokens, first, middle, editor);
                    // other sums of the same float32 products, as with the recorded runs
                    assertThat(distance(pieces, whole))
                            .as("after %d tokens", first)
                            .isLessThanOrEqualTo(c.tolerance("logits"));
                }
            }
        }

        /// Logits of all tokens: the first `first` at once, then two, then one after the other.
        private static float[] inPieces(
                LanguageModel model,
                int[] tokens,
                int first,
                Hook hook,
                ForwardPass.Editor editor) {
            int vocabulary = model.spec().vocabulary();
            float[] all = new float[tokens.length * vocabulary];
            TextMemory memory = model.memory();
            int at = 0;
            while (at < tokens.length) {
                int n = at == 0 ? first : at == first ? 2 : 1;
                float[] logits =
                        model.forward(WORKERS, memory, Arrays.copyOfRange(tokens, at, at + n))
                                .edit(hook, editor)
                                .logits(IntStream.range(0, n).toArray());
                System.arraycopy(logits, 0, all, at * vocabulary, logits.length);
                at += n;
            }
            return all;
        }
    }

    /// The likeliest next token again and again.
    private record Greedy(FamilyCase c) {
        void check(LanguageModel model) {
            JsonNode recorded = Json.readObject(c.folder().resolve("greedy.json"));
            try (Safetensors patched = c.file("patched.safetensors")) {
                float[] vector = patched.find("steer.vector").orElseThrow().toFloats();
                float scale = (float) recorded.get("scale").asDouble();
                var hook = Hook.residPost(recorded.get("layer").asInt());
                assertThat(continuation(model, recorded, "plain", hook, (x, rows, w) -> {}))
                        .isEqualTo(ints(recorded.get("plain")));
                assertThat(continuation(model, recorded, "steered", hook, Edits.add(vector, scale)))
                        .isEqualTo(ints(recorded.get("steered")));
            }
        }

        private static int[] continuation(
                LanguageModel model,
                JsonNode recorded,
                String which,
                Hook hook,
                ForwardPass.Editor editor) {
            int[] next = ints(recorded.get("prompt_ids"));
            int[] continuation = new int[recorded.get(which).size()];
            TextMemory memory = model.memory();
            for (int i = 0; i < continuation.length; i++) {
                float[] logits =
                        model.forward(WORKERS, memory, next)
                                .edit(hook, editor)
                                .logits(new int[] {next.length - 1});
                int best = 0;
                for (int v = 1; v < logits.length; v++) {
                    best = logits[v] > logits[best] ? v : best;
                }
                continuation[i] = best;
                next = new int[] {best};
            }
            return continuation;
        }

        private static int[] ints(JsonNode list) {
            return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
        }
    }

    /// Rows of `[rows, T, width]` that are real tokens.
    private static float[] keep(Tensor tensor, boolean[] real) {
        float[] all = tensor.toFloats();
        int width = all.length / real.length;
        int n = 0;
        float[] kept = new float[all.length];
        for (int i = 0; i < real.length; i++) {
            if (real[i]) {
                System.arraycopy(all, i * width, kept, n++ * width, width);
            }
        }
        return Arrays.copyOf(kept, n * width);
    }

    private static float[] tail(float[] values, int n) {
        return Arrays.copyOfRange(values, values.length - n, values.length);
    }

    private static double mean(float[] losses) {
        double sum = 0;
        int n = 0;
        for (float loss : losses) {
            if (!Float.isNaN(loss)) {
                sum += loss;
                n++;
            }
        }
        return sum / n;
    }

    private static double distance(float[] got, float[] wanted) {
        assertThat(got).hasSameSizeAs(wanted);
        double worst = 0;
        for (int i = 0; i < got.length; i++) {
            double d = Math.abs((double) got[i] - wanted[i]);
            worst = d <= worst ? worst : d; // NaN is the worst
        }
        return worst;
    }
}
