package dev.sae4j.features;

import dev.sae4j.features.collect.Example;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Safetensors;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `examples.safetensors`: all examples, packed, read where they lie.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `feature_start` | `[F + 1]` int64 | examples of feature f are `feature_start[f] .. feature_start[f + 1]` |
/// | `document` `position` `peak` | `[E]` int32 | where each example is; index of the peak in its tokens |
/// | `token_start` | `[E + 1]` int64 | tokens of example e are `token_start[e] .. token_start[e + 1]` |
/// | `token` | `[T]` int32 | token ids |
/// | `activation` | `[T]` float32 | activation of the feature on each token |
final class ExampleColumns implements BookParts.ExampleSource {
    static final String NAME = "examples.safetensors";
    private static final int MAX_EXAMPLES = 1 << 16;
    private static final int MAX_TOKENS = 1 << 20;

    private final Path file;
    private final Tensor featureStart;
    private final Tensor document;
    private final Tensor position;
    private final Tensor peak;
    private final Tensor tokenStart;
    private final Tensor token;
    private final Tensor activation;

    ExampleColumns(Safetensors columns, int features) {
        file = columns.file();
        featureStart = columns.require("feature_start", "features of the book + 1", features + 1);
        long examples = entry(featureStart, features, "feature_start");
        document = columns.require("document", "feature_start ends there", examples);
        position = columns.require("position", "feature_start ends there", examples);
        peak = columns.require("peak", "feature_start ends there", examples);
        tokenStart = columns.require("token_start", "feature_start ends there", examples + 1);
        long tokens = entry(tokenStart, examples, "token_start");
        token = columns.require("token", "token_start ends there", tokens);
        activation = columns.require("activation", "token_start ends there", tokens);
        for (Tensor ids : List.of(featureStart, document, position, peak, tokenStart, token)) {
            if (ids.dtype().isFloating()) {
                throw Sae4jException.in(file, "tensor %s: expected integers".formatted(ids));
            }
        }
        if (!activation.dtype().isFloating()) {
            throw Sae4jException.in(file, "tensor %s: expected floats".formatted(activation));
        }
    }

    @Override
    public List<Example> of(int feature) {
        long from = entry(featureStart, feature, "feature_start");
        int count = span(featureStart, feature, from, MAX_EXAMPLES);
        List<Example> examples = new ArrayList<>(count);
        for (long e = from; e < from + count; e++) {
            examples.add(example(e));
        }
        return examples;
    }

    private Example example(long e) {
        long from = entry(tokenStart, e, "token_start");
        int count = span(tokenStart, e, from, MAX_TOKENS);
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = (int) token.dtype().toLong(token.data(), from + i);
        }
        float[] activations = new float[count];
        activation.copyTo(from, activations, 0, count);
        long top = peak.dtype().toLong(peak.data(), e);
        if (top < 0 || top >= count) {
            throw Sae4jException.in(
                    file, "example %d peaks at %d of %d tokens".formatted(e, top, count));
        }
        return new Example(
                (int) document.dtype().toLong(document.data(), e),
                (int) position.dtype().toLong(position.data(), e),
                (int) top,
                tokens,
                activations);
    }

    private long entry(Tensor starts, long index, String name) {
        if (starts.dtype().isFloating()) {
            throw Sae4jException.in(file, "tensor %s: expected integers".formatted(starts));
        }
        long value = starts.dtype().toLong(starts.data(), index);
        if (value < 0) {
            throw Sae4jException.in(file, "%s[%d] is %d".formatted(name, index, value));
        }
        return value;
    }

    /// Length of entry `index`, checked against its end.
    private int span(Tensor starts, long index, long from, int most) {
        long count = entry(starts, index + 1, starts.name()) - from;
        long end = entry(starts, starts.elements() - 1, starts.name());
        if (count < 0 || count > most || from + count > end) {
            throw Sae4jException.in(
                    file,
                    "%s[%d] to [%d] spans %d entries: expected 0 to %d, ending by %d"
                            .formatted(starts.name(), index, index + 1, count, most, end));
        }
        return (int) count;
    }

    static void write(Path folder, int features, BookParts.ExampleSource source) {
        long[] featureStart = new long[features + 1];
        List<Example> all = new ArrayList<>();
        for (int f = 0; f < features; f++) {
            all.addAll(source.of(f));
            featureStart[f + 1] = all.size();
        }
        int n = all.size();
        int[] document = new int[n];
        int[] position = new int[n];
        int[] peak = new int[n];
        long[] tokenStart = new long[n + 1];
        for (int e = 0; e < n; e++) {
            Example example = all.get(e);
            document[e] = example.document();
            position[e] = example.position();
            peak[e] = example.peak();
            tokenStart[e + 1] = tokenStart[e] + example.tokens().length;
        }
        int total = Math.toIntExact(tokenStart[n]);
        int[] token = new int[total];
        float[] activation = new float[total];
        for (int e = 0; e < n; e++) {
            int length = all.get(e).tokens().length;
            System.arraycopy(all.get(e).tokens(), 0, token, (int) tokenStart[e], length);
            System.arraycopy(all.get(e).activations(), 0, activation, (int) tokenStart[e], length);
        }
        SafetensorsWriter.write(
                folder.resolve(NAME),
                Map.of(),
                List.of(
                        Tensor.ofLongs("feature_start", featureStart, features + 1),
                        Tensor.ofInts("document", document, n),
                        Tensor.ofInts("position", position, n),
                        Tensor.ofInts("peak", peak, n),
                        Tensor.ofLongs("token_start", tokenStart, n + 1),
                        Tensor.ofInts("token", token, total),
                        Tensor.ofFloats("activation", activation, total)));
    }
}
