package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.chat.ChatTemplate;
import dev.sae4j.lm.hub.Fetched;
import dev.sae4j.lm.hub.HubSelection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A language model that `--model` names, on this disk by now.
///
/// @param path its folder or `.gguf` file; null for the one that comes with the program
/// @param hubName its name on the hub; null if it was there already
record ModelPlace(@Nullable Path path, @Nullable String hubName) {
    /// Finds `demo`, a Hugging Face folder, a `.gguf` file, or fetches a hub id.
    static ModelPlace find(Console console, String name) {
        if (name.equals(Inputs.DEMO)) {
            return new ModelPlace(null, null);
        }
        Optional<OnHub> hub = OnHub.of(name).map(h -> h.requireModel("--model"));
        if (hub.isEmpty()) {
            Path path = Path.of(name);
            if (!Files.exists(path) && !OnHub.hint(name).isEmpty()) {
                throw Sae4jException.in(
                        path, "does not exist: expected a model folder" + OnHub.hint(name));
            }
            return new ModelPlace(path, null);
        }
        Fetched fetched = hub.get().fetch(console, HubSelection.model());
        boolean gguf = fetched.files().getFirst().toString().endsWith(".gguf");
        return new ModelPlace(
                gguf ? fetched.files().getFirst() : fetched.place(), hub.get().id().toString());
    }

    /// Opens it, and says what a user should know about how it is run.
    LanguageModel open(Console console) {
        LanguageModel model =
                path == null
                        ? LanguageModel.demo()
                        : hubName == null
                                ? LanguageModel.open(path)
                                : LanguageModel.open(path, hubName);
        model.notes().forEach(note -> console.say("note: " + note));
        return model;
    }

    /// What turns conversations into text for it: a template of its own, or one in a file.
    Optional<ChatTemplate> chatTemplate(@Nullable Path file) {
        Path folder = path == null ? Path.of("") : path;
        if (file != null) {
            return Optional.of(ChatTemplate.ofFile(file, folder));
        }
        return path != null && Files.isDirectory(path)
                ? ChatTemplate.ofFolder(path)
                : Optional.empty();
    }
}
