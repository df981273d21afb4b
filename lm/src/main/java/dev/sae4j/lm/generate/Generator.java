package dev.sae4j.lm.generate;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Detokenizer;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TextMemory;
import dev.sae4j.lm.Tokenizer;
import dev.sae4j.lm.chat.ChatTemplate;
import dev.sae4j.lm.generate.Generated.Ending;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Lets a model write on from a prompt, with its inner state changed on the way or not. The same
/// model, prompt, interventions and options give the same text on any number of threads. Holds no
/// state of a text; may be shared between threads as far as its interventions may.
public final class Generator {
    private final LanguageModel model;
    private final Workers workers;
    private final List<Intervention> interventions;

    private Generator(LanguageModel model, Workers workers, List<Intervention> interventions) {
        this.model = model;
        this.workers = workers;
        this.interventions = interventions;
    }

    /// Writes with the model as it is.
    public static Generator of(LanguageModel model, Workers workers) {
        return new Generator(model, workers, List.of());
    }

    /// Writes with the model changed, besides the changes that there are, at every position of prompt
    /// and text. What is changed in one place is changed in the given order.
    ///
    /// @throws UsageException if an intervention does not fit the model
    public Generator with(Intervention... more) {
        List<Intervention> all = new ArrayList<>(interventions);
        for (Intervention intervention : more) {
            intervention.check(model);
            all.add(intervention);
        }
        return new Generator(model, workers, List.copyOf(all));
    }

    /// Goes on with a text, which is given to the model as its tokenizer gives texts (with BOS if it
    /// does that).
    public Generated generate(String prompt, GenerateOptions options) {
        return generate(tokens(prompt), options, piece -> {});
    }

    /// Goes on with tokens.
    ///
    /// @param listener told of each piece of text as soon as it is certain; all pieces together are
    ///     [Generated#text()]. What it throws ends the text
    public Generated generate(int[] prompt, GenerateOptions options, Consumer<String> listener) {
        if (prompt.length == 0) {
            throw new UsageException("the prompt has no tokens: give some text");
        }
        if (prompt.length > model.spec().context()) {
            throw new UsageException(
                    "the prompt has %d tokens, but %s takes at most %d: shorten it"
                            .formatted(prompt.length, model.name(), model.spec().context()));
        }
        var sampler = new Sampler(options.sampling());
        Set<Integer> stops = options.stopAtEnd() ? model.stopTokens() : Set.of();
        Detokenizer stream = model.tokenizer().detokenizer(prompt);
        var text = new StringBuilder();
        TextMemory memory = model.memory();
        int[] tokens = new int[Math.min(options.maxTokens(), model.spec().context())];
        int count = 0;
        int[] next = prompt;
        Ending ending = Ending.MAX_TOKENS;
        while (count < options.maxTokens()) {
            if (memory.room() < next.length) {
                ending = Ending.CONTEXT_FULL;
                break;
            }
            int token = sampler.next(logits(memory, next));
            if (stops.contains(token)) {
                ending = Ending.END_OF_TEXT;
                break;
            }
            tokens[count++] = token;
            give(stream.next(token), text, listener);
            next = new int[] {token};
        }
        give(stream.rest(), text, listener);
        return new Generated(prompt, Arrays.copyOf(tokens, count), text.toString(), ending);
    }

    private static void give(String piece, StringBuilder text, Consumer<String> listener) {
        if (!piece.isEmpty()) {
            text.append(piece);
            listener.accept(piece);
        }
    }

    /// Reads the next tokens; `[V]`, logits behind the last of them.
    private float[] logits(TextMemory memory, int[] next) {
        ForwardPass pass = model.forward(workers, memory, next);
        interventions.forEach(i -> i.addTo(pass, workers));
        return pass.logits(new int[] {next.length - 1});
    }

    /// The tokens of a prompt; the model's BOS alone for an empty one.
    public int[] tokens(String prompt) {
        Tokenizer tokenizer = model.tokenizer();
        int[] ids = tokenizer.encode(prompt).ids();
        return ids.length == 0 ? tokenizer.namedBos().stream().toArray() : ids;
    }

    /// The tokens of a message to an instruct model, up to where its answer begins.
    ///
    /// @throws Sae4jException if the model has no chat template
    public int[] chatTokens(String message) {
        ChatTemplate template =
                model.chatTemplate()
                        .orElseThrow(() ->
                                new Sae4jException(
                                        "%s has no chat template: it was not trained to answer; give the text to go on with instead"
                                                .formatted(model.name())));
        String text = template.render(List.of(Map.of("role", "user", "content", message)), true);
        return model.tokenizer().encodePlain(text).ids();
    }
}
