package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.states.InnerStates;
import dev.sae4j.lm.states.TokenGrid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sae4j activations`: a model's inner states, logits and loss on a text or on given tokens.
@Command(
        name = "activations",
        description =
                "Write a model's inner states, logits and loss on a text or on given tokens into a safetensors file.",
        footer = {
            "  sae4j activations --text \"a bird that sings\" --hook resid_post.2 --output states.safetensors",
            "  sae4j activations --model SmolLM2-135M --input tokens.safetensors --hook all \\",
            "                    --output states.safetensors"
        })
final class ActivationsVerb extends Verb {
    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(names = "--text", paramLabel = "T", description = "Text to read.")
    private @Nullable String text;

    @Option(
            names = "--input",
            paramLabel = "FILE[#NAME]",
            description =
                    "Token ids to read instead, [rows, tokens] or [tokens], of a safetensors, npz, npy or torch file (default: 'input_ids'), with 'attention_mask' beside them if rows are padded on the right.")
    private @Nullable String input;

    @Option(
            names = "--hook",
            required = true,
            paramLabel = "H",
            description =
                    "A point and a layer, resid_post.2, or a list; 'all' for every point of every layer. TransformerLens and module names work too.")
    private String hook;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description =
                    "Safetensors file to write: input_ids, attention_mask, each hook as [rows, tokens, width] under its name, logits, loss, token_nll.")
    private Path output;

    @Option(
            names = "--no-logits",
            description =
                    "Leave out logits and losses, and run no further than the last hook needs.")
    private boolean noLogits;

    /// What was done.
    ///
    /// @param tokens tokens read, padding not counted
    /// @param loss mean next-token loss in nats; null if it was left out
    record Result(
            String output,
            String model,
            int rows,
            int tokens,
            List<String> tensors,
            @Nullable Double loss,
            long bytes) {}

    @Override
    void run(Console console) {
        if ((text == null) == (input == null)) {
            throw new UsageException("give either --text or --input");
        }
        if (Files.isDirectory(output)) {
            throw new UsageException("--output %s is a folder: name a file".formatted(output));
        }
        try (LanguageModel opened = Inputs.model(console, model);
                Workers workers = common().workers()) {
            TokenGrid tokens = tokens(opened);
            List<Hook> hooks = hooks(opened);
            requireMemory(console, InnerStates.bytes(opened, tokens, hooks, !noLogits));
            InnerStates states;
            try (Progress progress = console.progress("read", tokens.tokens(), "tokens")) {
                states = InnerStates.of(workers, opened, tokens, hooks, !noLogits, progress::to);
            }
            SafetensorsWriter.write(output, Map.of("model", opened.name()), states.tensors());
            var result = result(opened, tokens, states);
            console.result(result, () -> text(console, result, states));
        }
    }

    private List<Hook> hooks(LanguageModel opened) {
        List<Hook> hooks = new ArrayList<>();
        if (hook.equals("all")) {
            hooks.addAll(InnerStates.all(opened));
            if (noLogits) {
                hooks.remove(Hook.LOGITS);
            }
            return hooks;
        }
        for (String word : hook.split(",", -1)) {
            Hook named = Hook.parse(word.strip());
            // two names for one value: the one that was used, or the plainer one
            Hook kept = named.toString().equals(word.strip()) ? named : opened.plain(named);
            opened.checkHook(kept);
            if (hooks.contains(kept)) {
                throw new UsageException("--hook names %s twice: once is enough".formatted(kept));
            }
            hooks.add(kept);
        }
        if (noLogits && hooks.contains(Hook.LOGITS)) {
            throw new UsageException("--hook names logits, and --no-logits leaves them out");
        }
        if (!noLogits && !hooks.contains(Hook.LOGITS)) {
            hooks.add(Hook.LOGITS);
        }
        return hooks;
    }

    private TokenGrid tokens(LanguageModel opened) {
        if (text != null) {
            int[] ids = opened.tokenizer().encode(text).ids();
            if (ids.length == 0) {
                throw new UsageException("--text has no tokens: give some text");
            }
            return TokenGrid.of(ids);
        }
        String from = String.valueOf(input);
        int hash = from.lastIndexOf('#');
        try (TensorFile file =
                TensorFile.open(Path.of(hash < 0 ? from : from.substring(0, hash)))) {
            return TokenGrid.read(file, hash < 0 ? "" : from.substring(hash + 1));
        }
    }

    private static void requireMemory(Console console, long bytes) {
        long room = Runtime.getRuntime().maxMemory();
        if (bytes > room / 10 * 8) {
            throw new Sae4jException(
                    "the tensors take %s, and the Java heap may take %s: name fewer hooks, leave out the logits (--no-logits), give fewer tokens, or allow more with SAE4J_OPTS=-Xmx%dg"
                            .formatted(
                                    Numbers.bytes(bytes),
                                    Numbers.bytes(room),
                                    bytes / 700_000_000 + 1));
        }
        console.say("The tensors take %s.".formatted(Numbers.bytes(bytes)));
    }

    private Result result(LanguageModel opened, TokenGrid tokens, InnerStates states) {
        return new Result(
                output.toString(),
                opened.name(),
                tokens.rows(),
                tokens.tokens(),
                states.tensors().stream().map(Tensor::name).toList(),
                Double.isNaN(states.loss()) ? null : states.loss(),
                states.tensors().stream().mapToLong(Tensor::bytes).sum());
    }

    private static String text(Console console, Result result, InnerStates states) {
        var table = console.table("tensor", "shape");
        for (Tensor tensor : states.tensors()) {
            table.row(tensor.name(), tensor.describe());
        }
        String loss =
                result.loss() == null
                        ? ""
                        : String.format(Locale.ROOT, ", loss %.4f nats", result.loss());
        return table
                + "%s: %d rows, %d tokens%s%n"
                        .formatted(result.output(), result.rows(), result.tokens(), loss);
    }
}
