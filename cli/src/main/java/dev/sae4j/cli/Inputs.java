package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.Document;
import dev.sae4j.lm.data.TextOptions;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.DocumentSplit;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What `--model`, `--data` and `--hook` name.
final class Inputs {
    static final String DEMO = "demo";

    /// One document in this many is held out of texts that have no held-out part of their own.
    private static final int HELD_OUT_ONE_IN = 20;

    private Inputs() {}

    /// What `--model` names, opened.
    static LanguageModel model(Console console, String name) {
        return ModelPlace.find(console, name).open(console);
    }

    /// True if two names may be of one model: a folder is called without the organisation that a hub
    /// id has.
    static boolean isSameModel(String one, String other) {
        return one.substring(one.lastIndexOf('/') + 1)
                .equals(other.substring(other.lastIndexOf('/') + 1));
    }

    /// The default hook: the residual stream three quarters of the way through the model, where
    /// features are about meaning and context more than about single tokens.
    static Hook hook(LanguageModel model) {
        return Hook.residPost(Math.min(model.spec().layers() - 1, model.spec().layers() * 3 / 4));
    }

    /// The hook of `--hook` or, without it, the one that the SAE says it belongs to.
    static Hook hook(@Nullable String option, Sae sae) {
        if (option != null) {
            return Hook.parse(option);
        }
        if (sae.config().metadata().get("hook_name") instanceof String name) {
            return Hook.parse(name);
        }
        throw new UsageException("the SAE does not say which hook it belongs to: give --hook");
    }

    /// A text in two parts.
    ///
    /// @param train to harvest and train on
    /// @param heldOut to evaluate on
    record Texts(TextSource train, TextSource heldOut) {}

    /// The two parts of what `--data` names: WordNet as the demo model knew it, of other texts one
    /// document in twenty is held out.
    static Texts texts(Console console, String data, ModelPlace model) {
        var options = new TextOptions(null, model.chatTemplate(null).orElse(null));
        TextSource all = DataPlace.find(console, data).open(options);
        if (data.equals(WordNet.NAME)) {
            return new Texts(all, TextSource.open(WordNet.NAME_HELD_OUT));
        }
        return new Texts(
                part(all, DocumentSplit.trainingWithout(HELD_OUT_ONE_IN)),
                part(all, DocumentSplit.heldOut(HELD_OUT_ONE_IN)));
    }

    /// The documents of a part.
    ///
    /// @throws Sae4jException if there are none
    static TextSource part(TextSource all, DocumentSplit split) {
        var part = partOf(all, split);
        try (Stream<Document> documents = part.documents()) {
            if (documents.findFirst().isEmpty()) {
                throw new Sae4jException(
                        "%s has too few documents: one in %d is held out to measure on, so give at least %d lines"
                                .formatted(all.name(), split.oneIn(), 5 * split.oneIn()));
            }
        }
        return part;
    }

    private static TextSource partOf(TextSource all, DocumentSplit split) {
        return new TextSource() {
            @Override
            public String name() {
                return split.heldOut() ? all.name() + " (held out)" : all.name();
            }

            @Override
            public Map<String, String> identity() {
                return all.identity();
            }

            @Override
            public Stream<Document> documents() {
                return documents(0);
            }

            @Override
            public Stream<Document> documents(long from) {
                return all.documents(from).filter(d -> split.contains(d.number()));
            }
        };
    }
}
