package dev.sae4j.cli;

import dev.sae4j.features.FeatureBook;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Encoded;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SparseCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j encode`: the features of a text, token by token, or of activations in a file.
@Command(
        name = "encode",
        description = {
            "Show the features of a text, token by token, the strongest first;",
            "or write the features and reconstructions of activations in a file."
        },
        footer = {
            "  sae4j encode --sae quickstart/sae --rare --text \"a bird that sings at night\"",
            "  sae4j encode --sae my-sae --model SmolLM2-135M --text \"The cat sat\" --top 3 --json",
            "  sae4j encode --sae my-sae --input x.safetensors#x --output codes.safetensors"
        })
final class Encode extends Verb {
    @Mixin private SaeOptions sae = new SaeOptions();

    @Option(names = "--text", paramLabel = "T", description = "Text to encode.")
    private @Nullable String text;

    @Option(
            names = "--input",
            paramLabel = "FILE[#NAME]",
            description =
                    "Activations [rows, d_in] to encode instead of a text: a tensor of a safetensors, npz, npy or torch file (default: 'activations' or 'x').")
    private @Nullable String input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Safetensors file to write for --input: row_start, feature, value (compressed rows) and reconstruction.")
    private @Nullable Path output;

    @Option(
            names = "--dense",
            description = "Also write 'features' as a dense matrix [rows, d_sae].")
    private boolean dense;

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description =
                    "Rows per sequence, for temporal SAEs and BatchTopK over batches (default: all rows).")
    private @Nullable Integer sequence;

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(
            names = "--hook",
            paramLabel = "H",
            description = "Where in the model (default: what the SAE says of itself).")
    private @Nullable String hook;

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "Features shown per token (default: ${DEFAULT-VALUE}).")
    private int top = 3;

    @Option(
            names = "--features",
            paramLabel = "DIR",
            description =
                    "Feature book with the labels (default: 'features' beside the SAE, if there is one).")
    private @Nullable Path book;

    @Option(
            names = "--rare",
            description =
                    "Rank by activation times rarity (-log of the feature's density in the book), so that features that fire everywhere come last.")
    private boolean rare;

    /// What the feature book knows: empty without one.
    ///
    /// @param labels of the features
    /// @param weights `[d_sae]`, what activations are ranked by
    private record Known(List<String> labels, double[] weights) {}

    /// A feature on a token.
    record Active(int feature, float activation, String label) {}

    /// A token with its features, the strongest first.
    record TokenFeatures(int position, int token, String text, List<Active> features) {}

    @Override
    void run(Console console) {
        if ((text == null) == (input == null)) {
            throw new UsageException("give either --text or --input");
        }
        if (input != null) {
            encodeRows(console, input);
        } else if (text != null) {
            encodeText(console, text);
        }
    }

    private void encodeRows(Console console, String from) {
        if (output == null) {
            throw new UsageException("--input needs --output FILE to write the features to");
        }
        try (Sae opened = sae.open(console);
                Workers workers = common().workers()) {
            var result = EncodeRows.run(workers, opened, from, output, sequence, dense);
            console.result(
                    result,
                    () ->
                            String.format(
                                    Locale.ROOT,
                                    "Wrote %s: %,d rows, %.1f of %,d features active in each\n",
                                    result.output(),
                                    result.rows(),
                                    result.l0(),
                                    result.dSae()));
        }
    }

    private void encodeText(Console console, String words) {
        if (words.isBlank()) {
            throw new UsageException("--text is empty: give some text");
        }
        if (top < 1) {
            throw new UsageException("--top must be at least 1, got " + top);
        }
        Path place = sae.find(console);
        try (Sae opened = sae.open(place);
                LanguageModel language = Inputs.model(console, model);
                Workers workers = common().workers()) {
            Hook at = Inputs.hook(hook, opened);
            language.checkHook(at);
            if (opened.config().dIn() != language.width(at)) {
                throw new UsageException(
                        "the SAE takes activations of width %d, but %s has width %d at %s: name its model with --model"
                                .formatted(
                                        opened.config().dIn(),
                                        language.name(),
                                        language.width(at),
                                        at));
            }
            List<TokenFeatures> result =
                    encode(
                            workers,
                            opened,
                            language,
                            at,
                            words,
                            known(place, opened.config().dSae()));
            console.result(result, () -> text(console, result));
        }
    }

    private List<TokenFeatures> encode(
            Workers workers,
            Sae opened,
            LanguageModel language,
            Hook at,
            String words,
            Known known) {
        Encoded encoded = language.tokenizer().encode(words);
        TokenBatch batch = TokenBatch.of(List.of(encoded.ids()));
        List<SparseCodes> codes = new ArrayList<>();
        language.forward(workers, batch)
                .read(
                        at,
                        (x, rows, width) -> {
                            if (!Vectors.allFinite(x, 0, rows * width)) {
                                throw new Sae4jException(
                                        "the activations of %s at %s hold NaN or infinity: its weights are damaged"
                                                .formatted(language.name(), at));
                            }
                            codes.add(opened.encode(workers, Rows.of(x, rows, width)));
                        })
                .run();
        List<TokenFeatures> result = new ArrayList<>();
        for (int i = 0; i < encoded.ids().length; i++) {
            int token = encoded.ids()[i];
            if (language.tokenizer().isSpecial(token)) {
                continue; // stands for no text, and SAEs are trained without it
            }
            result.add(
                    new TokenFeatures(
                            i,
                            token,
                            language.tokenizer().token(token),
                            strongest(codes.getFirst(), i, known)));
        }
        return result;
    }

    private List<Active> strongest(SparseCodes codes, int row, Known known) {
        return IntStream.range(codes.rowStart()[row], codes.rowStart()[row + 1])
                .boxed()
                .sorted(
                        Comparator.comparingDouble(
                                i -> -known.weights[codes.feature()[i]] * codes.value()[i]))
                .limit(top)
                .map(i -> {
                    int feature = codes.feature()[i];
                    String label = known.labels.isEmpty() ? "" : known.labels.get(feature);
                    return new Active(feature, codes.value()[i], label);
                })
                .toList();
    }

    private Known known(Path place, int dSae) {
        double[] weights = new double[dSae];
        Arrays.fill(weights, 1);
        Path folder = book == null ? place.toAbsolutePath().resolveSibling("features") : book;
        if (book == null && !Files.isDirectory(folder)) {
            if (rare) {
                throw new UsageException("--rare needs a feature book: name one with --features");
            }
            return new Known(List.of(), weights);
        }
        try (FeatureBook opened = FeatureBook.open(folder)) {
            if (opened.size() != dSae) {
                throw new Sae4jException(
                        "%s describes %d features, the SAE has %d: it belongs to another SAE; name its own with --features"
                                .formatted(folder, opened.size(), dSae));
            }
            for (int f = 0; rare && f < dSae; f++) {
                weights[f] = -Math.log(Math.clamp(opened.summary(f).density(), 1e-9, 1));
            }
            List<String> labels =
                    IntStream.range(0, dSae).mapToObj(f -> opened.label(f).text()).toList();
            return new Known(labels, weights);
        }
    }

    private static String text(Console console, List<TokenFeatures> tokens) {
        var table = console.table("token", "features");
        for (TokenFeatures token : tokens) {
            table.row(
                    token.text(),
                    token.features().stream()
                            .map(f ->
                                    String.format(
                                            Locale.ROOT,
                                            "#%d %s %.1f",
                                            f.feature(),
                                            f.label(),
                                            f.activation()))
                            .collect(Collectors.joining(" · ")));
        }
        return table.toString();
    }
}
