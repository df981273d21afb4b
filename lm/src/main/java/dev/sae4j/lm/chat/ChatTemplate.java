package dev.sae4j.lm.chat;

import dev.sae4j.io.Gguf;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// A model's chat template: turns a conversation into the text that the model reads. May be shared
/// between threads.
///
/// Templates are read as Hugging Face's transformers reads them (`trim_blocks`, `lstrip_blocks`,
/// `raise_exception`, `strftime_now`, `tojson`, `{% generation %}`, `break` and `continue`). They are
/// data from outside: they reach nothing but the conversation, and their steps and output are bounded.
public final class ChatTemplate {
    private static final String CONFIG = "tokenizer_config.json";
    private static final String FILE = "chat_template.jinja";
    private static final String JSON_FILE = "chat_template.json";
    private static final List<String> ROLES = List.of("bos", "eos", "unknown", "padding");
    private static final long MAX_TEMPLATE = 4 << 20;

    /// What the date is where nobody says otherwise: one that never changes, so that the same
    /// conversation always gives the same text.
    private static final LocalDateTime USUAL_DATE = LocalDateTime.of(2024, 7, 26, 0, 0);

    private final Supplier<List<Node>> nodes;
    private final Map<String, String> specialTokens;
    private final Supplier<LocalDateTime> now;

    private ChatTemplate(
            Supplier<List<Node>> nodes,
            Map<String, String> specialTokens,
            Supplier<LocalDateTime> now) {
        this.nodes = nodes;
        this.specialTokens = Map.copyOf(specialTokens);
        this.now = now;
    }

    /// Reads the text of a template.
    ///
    /// @param specialTokens texts of `bos_token`, `eos_token` and the like
    /// @throws TemplateException if it is not a template, or uses what chat templates do not
    public static ChatTemplate of(String template, Map<String, String> specialTokens) {
        List<Node> nodes = parsed(template);
        return new ChatTemplate(() -> nodes, specialTokens, () -> USUAL_DATE);
    }

    /// The template of a model: a Hugging Face folder, or a GGUF file.
    ///
    /// @throws Sae4jException if there is a file that cannot be read
    public static Optional<ChatTemplate> ofModel(Path model) {
        if (Files.isDirectory(model)) {
            return ofFolder(model);
        }
        try (Gguf gguf = Gguf.open(model)) {
            return ofGguf(model, gguf.values());
        }
    }

    /// The template that a GGUF file carries (`tokenizer.chat_template`).
    ///
    /// @param file for messages
    /// @param values the file's key-values
    public static Optional<ChatTemplate> ofGguf(Path file, JsonNode values) {
        JsonNode template = values.path("tokenizer.chat_template");
        if (!template.isString()) {
            return Optional.empty();
        }
        Map<String, String> tokens = new HashMap<>();
        for (String role : ROLES) {
            JsonNode id = values.path("tokenizer.ggml." + role + "_token_id");
            JsonNode token = values.path("tokenizer.ggml.tokens").path(id.asInt(-1));
            if (token.isString()) {
                String name =
                        role.equals("unknown") ? "unk" : role.equals("padding") ? "pad" : role;
                tokens.put(name + "_token", token.asString());
            }
        }
        var once = new Once(file, template.asString());
        return Optional.of(new ChatTemplate(once::nodes, tokens, () -> USUAL_DATE));
    }

    /// The template in `chat_template.jinja`, `chat_template.json` or `tokenizer_config.json` of a
    /// model's folder. It is looked into when the first conversation comes.
    ///
    /// @throws Sae4jException if there is a file that cannot be read
    public static Optional<ChatTemplate> ofFolder(Path folder) {
        Path file = folder.resolve(FILE);
        if (Files.isRegularFile(file)) {
            return Optional.of(ofFile(file, folder));
        }
        for (String name : List.of(JSON_FILE, CONFIG)) {
            Path json = folder.resolve(name);
            if (Files.isRegularFile(json)) {
                Optional<String> text = text(Json.readObject(json).path("chat_template"));
                if (text.isPresent()) {
                    return text.map(template -> parse(json, template, folder));
                }
            }
        }
        return Optional.empty();
    }

    /// The template in a file of its own.
    ///
    /// @param folder the model's, which says what its special tokens are called
    public static ChatTemplate ofFile(Path file, Path folder) {
        try {
            if (Files.size(file) > MAX_TEMPLATE) {
                throw Sae4jException.in(file, "is longer than 4 MiB: expected a chat template");
            }
            return parse(file, Files.readString(file), folder);
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file, e);
        }
    }

    private static ChatTemplate parse(Path file, String template, Path folder) {
        var once = new Once(file, template);
        return new ChatTemplate(once::nodes, specialTokens(folder), () -> USUAL_DATE);
    }

    /// A template that is parsed when it is needed.
    private static final class Once {
        private final Path file;
        private final String template;
        private List<Node> nodes = List.of();
        private boolean parsed;

        Once(Path file, String template) {
            this.file = file;
            this.template = template;
        }

        synchronized List<Node> nodes() {
            if (!parsed) {
                try {
                    nodes = parsed(template);
                } catch (TemplateException e) {
                    throw Sae4jException.in(file, String.valueOf(e.getMessage()), e);
                }
                parsed = true;
            }
            return nodes;
        }
    }

    /// A string, or a list of named templates of which `default` is meant.
    private static Optional<String> text(JsonNode node) {
        if (node.isString()) {
            return Optional.of(node.asString());
        }
        for (JsonNode named : node) {
            if (named.path("name").asString("").equals("default")) {
                return Optional.of(named.path("template").asString(""));
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> specialTokens(Path folder) {
        Map<String, String> tokens = new HashMap<>();
        for (String name : List.of("special_tokens_map.json", CONFIG)) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                continue;
            }
            for (var entry : Json.readObject(file).properties()) {
                JsonNode value = entry.getValue();
                String text =
                        value.isObject() ? value.path("content").asString("") : value.asString("");
                if (entry.getKey().endsWith("_token") && !text.isEmpty()) {
                    tokens.put(entry.getKey(), text);
                }
            }
        }
        return tokens;
    }

    /// The same template with another idea of what time it is (`strftime_now`).
    public ChatTemplate at(Supplier<LocalDateTime> clock) {
        return new ChatTemplate(nodes, specialTokens, clock);
    }

    /// The text of a conversation.
    ///
    /// @param messages objects with `role`, `content` and whatever else the template looks at: strings,
    ///     numbers, truth values, lists, maps and null
    /// @param generationPrompt whether the text ends where the model is to go on
    /// @throws TemplateException if the template refuses the conversation
    public String render(List<Map<String, Object>> messages, boolean generationPrompt) {
        var globals = new Scope(null);
        globals.set("messages", Values.of(messages));
        globals.set("add_generation_prompt", generationPrompt);
        globals.set("tools", Absent.NONE);
        globals.set("documents", Absent.NONE);
        specialTokens.forEach(globals::set);
        globals.set("raise_exception", (Callable) ChatTemplate::refuse);
        globals.set(
                "strftime_now",
                (Callable) (list, named) -> PythonText.strftime(now.get(), Methods.text(list, 0)));
        globals.set("namespace", (Callable) (list, named) -> new Fields(new HashMap<>(named)));
        globals.set("dict", (Callable) (list, named) -> new LinkedHashMap<Object, Object>(named));
        globals.set("range", (Callable) ChatTemplate::range);
        try {
            return new Renderer(globals).render(nodes.get());
        } catch (StackOverflowError e) { // a sum of a hundred thousand terms, say
            throw new TemplateException("expressions of the chat template are nested too deep");
        }
    }

    private static List<Node> parsed(String template) {
        try {
            return Parser.parse(template);
        } catch (StackOverflowError e) {
            throw new TemplateException("expressions of the chat template are nested too deep");
        }
    }

    private static Object refuse(List<Object> list, Map<String, Object> named) {
        throw new TemplateException(
                "the chat template refuses the conversation: " + Methods.text(list, 0));
    }

    private static Object range(List<Object> list, Map<String, Object> named) {
        long from = list.size() > 1 ? Values.whole(list.get(0)) : 0;
        long to = Values.whole(Methods.argument(list, list.size() > 1 ? 1 : 0));
        long step = list.size() > 2 ? Values.whole(list.get(2)) : 1;
        if (step == 0 || Math.abs((to - from) / step) > 100_000) {
            throw new IllegalArgumentException("range is limited to 100,000 numbers");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        return numbers;
    }
}
