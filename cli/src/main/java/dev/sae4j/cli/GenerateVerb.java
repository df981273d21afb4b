package dev.sae4j.cli;

import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.generate.AblatedFeatures;
import dev.sae4j.lm.generate.GenerateOptions;
import dev.sae4j.lm.generate.Generated;
import dev.sae4j.lm.generate.Generator;
import dev.sae4j.lm.generate.Intervention;
import dev.sae4j.lm.generate.Sampling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j generate`: a text with and without features steered or taken away.
@Command(
        name = "generate",
        description = {
            "Let a model write on from a prompt; with features steered or taken away, side by side",
            "with what it writes by itself."
        },
        footer = {
            "  sae4j generate --prompt \"a bird that\"",
            "  sae4j generate --prompt \"a kind of\" --steer quickstart/sae:12=3x --temperature 0.8",
            "  sae4j generate --model SmolLM2-135M --chat --prompt \"What is a river?\" \\",
            "                 --ablate smol/sae:7 --ablate smol/sae:31 --max-tokens 80"
        })
final class GenerateVerb extends Verb {
    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Mixin private PromptOptions prompt = new PromptOptions();

    @Option(
            names = "--chat",
            description =
                    "The prompt is a message to an instruct model, written as its chat template says.")
    private boolean chat;

    @Mixin private InterventionOptions interventions = new InterventionOptions();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "New tokens at most (default: ${DEFAULT-VALUE}).")
    private Size maxTokens = new Size(50);

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description =
                    "0 for always the likeliest token, 1 for the model's own probabilities (default: 0; 1 with --top-p or --top-k).")
    private @Nullable Double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description =
                    "Draw from the likeliest tokens that have this probability together (default: 1, all).")
    private @Nullable Double topP;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Draw from the N likeliest tokens (default: all).")
    private @Nullable Integer topK;

    @Option(
            names = "--past-end",
            description = "Go on where the model ends its text, up to --max-tokens.")
    private boolean pastEnd;

    /// One text.
    ///
    /// @param ending `end_of_text`, `max_tokens` or `context_full`
    record Text(String text, int[] tokens, String ending) {
        static Text of(Generated made) {
            return new Text(
                    made.text(), made.tokens(), made.ending().name().toLowerCase(Locale.ROOT));
        }
    }

    /// What was written.
    ///
    /// @param prompt the prompt, as its tokens read
    /// @param plain by the model as it is
    /// @param changed with the interventions; null without any
    /// @param ablatedPositions positions on which a feature that was taken away was active; null if
    ///     none was
    record Result(
            String model,
            String prompt,
            int[] promptTokens,
            Text plain,
            @Nullable Text changed,
            List<InterventionOptions.Said> interventions,
            @Nullable Long ablatedPositions,
            double tokensPerSecond) {}

    @Override
    void run(Console console) {
        var options = new GenerateOptions(maxTokens.toInt("--max-tokens"), sampling(), !pastEnd);
        String text = prompt.text(System.in);
        try (InterventionOptions.Opened opened = interventions.open(console);
                LanguageModel language = Inputs.model(console, model);
                Workers workers = common().workers()) {
            Generator plain = Generator.of(language, workers);
            Generator changed = plain.with(opened.interventions().toArray(Intervention[]::new));
            int[] tokens = chat ? plain.chatTokens(text) : plain.tokens(text);
            String shown = chat ? "" : text;
            if (interventions.isEmpty()) {
                one(console, language, plain, tokens, shown, options);
            } else {
                both(console, language, List.of(plain, changed), opened, tokens, shown, options);
            }
        }
    }

    private Sampling sampling() {
        double usual = topP == null && topK == null ? 0 : 1;
        return new Sampling(
                temperature == null ? usual : temperature,
                topK == null ? 0 : topK,
                topP == null ? 1 : topP,
                common().seed());
    }

    /// One text, shown as it is written.
    private static void one(
            Console console,
            LanguageModel language,
            Generator generator,
            int[] tokens,
            String shown,
            GenerateOptions options) {
        String before = console.paint().faint(SideBySide.printable(shown));
        var begun =
                new AtomicBoolean(); // the prompt is shown with the first piece: it may be refused
        Instant start = console.now();
        Generated made =
                generator.generate(
                        tokens,
                        options,
                        piece -> {
                            String first = begun.getAndSet(true) ? "" : before;
                            console.piece(first + SideBySide.printable(piece));
                        });
        var result =
                new Result(
                        language.name(),
                        language.tokenizer().decode(tokens),
                        tokens,
                        Text.of(made),
                        null,
                        List.of(),
                        null,
                        rate(made.tokens().length, start, console));
        console.result(result, () -> (begun.get() ? "" : before) + "\n");
        console.say(speed(result, made.tokens().length));
    }

    private static void both(
            Console console,
            LanguageModel language,
            List<Generator> generators,
            InterventionOptions.Opened opened,
            int[] tokens,
            String shown,
            GenerateOptions options) {
        Generated plain;
        Generated changed;
        Instant start = console.now();
        int count;
        try (Progress progress = console.progress("generate", 0, "tokens")) {
            Consumer<String> watch = piece -> progress.add(1);
            plain = generators.getFirst().generate(tokens, options, watch);
            progress.to(plain.tokens().length); // a piece may be several tokens
            changed = generators.getLast().generate(tokens, options, watch);
            count = plain.tokens().length + changed.tokens().length;
            progress.to(count);
        }
        var result =
                new Result(
                        language.name(),
                        language.tokenizer().decode(tokens),
                        tokens,
                        Text.of(plain),
                        Text.of(changed),
                        opened.said(),
                        opened.ablated().isEmpty() ? null : active(opened.ablated()),
                        rate(count, start, console));
        if (opened.ablated().stream().anyMatch(a -> a.activePositions() == 0)) {
            console.warn(
                    "what was to be taken away was never active: the text is what it would have been without --ablate");
        }
        console.result(result, () -> text(console, shown, result));
    }

    private static long active(List<AblatedFeatures> ablated) {
        return ablated.stream().mapToLong(AblatedFeatures::activePositions).sum();
    }

    private static String text(Console console, String shown, Result result) {
        String heading =
                result.interventions().stream()
                        .map(InterventionOptions.Said::text)
                        .collect(Collectors.joining(", "));
        Text changed = result.changed();
        return new SideBySide(console.paint(), console.lineWidth())
                .of(
                        "as it is",
                        shown + result.plain().text(),
                        heading,
                        shown + (changed == null ? "" : changed.text()));
    }

    private static double rate(int tokens, Instant start, Console console) {
        double seconds = Duration.between(start, console.now()).toNanos() / 1e9;
        return seconds > 0 ? tokens / seconds : 0;
    }

    private static String speed(Result result, int tokens) {
        return String.format(
                Locale.ROOT,
                "%d tokens behind a prompt of %d, %.1f per second",
                tokens,
                result.promptTokens().length,
                result.tokensPerSecond());
    }
}
