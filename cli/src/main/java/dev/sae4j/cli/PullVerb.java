package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.lm.hub.Fetched;
import dev.sae4j.lm.hub.Hub;
import dev.sae4j.lm.hub.HubId;
import dev.sae4j.lm.hub.HubSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sae4j pull`: fetches from the hub.
@Command(
        name = "pull",
        description = {
            "Fetch a model, an SAE or a data set from the hub, into the cache that Python uses too or into a folder.",
            "What broke off goes on where it ended; nothing gets its name before its checksum is right."
        },
        footer = {
            "  sae4j pull HuggingFaceTB/SmolLM2-135M --only model",
            "  sae4j pull google/gemma-scope-2b-pt-res:layer_12/width_16k/average_l0_82 --out gemma-sae",
            "  sae4j pull datasets/roneneldan/TinyStories --only data"
        })
final class PullVerb extends Verb {
    @Parameters(
            paramLabel = "ID",
            description =
                    "ORG/NAME[:PATH][@REVISION]: a repository, or a file or folder in it. datasets/ before it makes it a data set.")
    private String id;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Put plain files into this folder (default: into the cache).")
    private @Nullable Path out;

    @Option(
            names = "--only",
            paramLabel = "WHAT",
            description =
                    "Fetch only what a 'model' needs (configuration, tokenizer, weights in one form), what one 'sae' needs, or the rows of a 'data' set.")
    private @Nullable String only;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Only files that match: *.json, layer_12/**. May be repeated.")
    private List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            description = "No files that match. May be repeated.")
    private List<String> exclude = new ArrayList<>();

    /// What was fetched.
    ///
    /// @param id what was asked for
    /// @param path folder or file that holds it
    /// @param files how many
    /// @param bytes of all of them
    record Result(String id, String path, int files, long bytes) {}

    @Override
    void run(Console console) throws IOException {
        HubSelection selection = selection();
        HubId of = HubId.parse(id);
        try (Hub hub = Transfer.hub(console)) {
            Result result = result(of, fetch(console, hub, of, selection));
            console.result(result, () -> text(result));
        }
    }

    private Fetched fetch(Console console, Hub hub, HubId of, HubSelection selection) {
        try (Transfer transfer = new Transfer(console, "download")) {
            return out == null
                    ? hub.fetch(of, selection, transfer)
                    : hub.copy(of, selection, out, transfer);
        }
    }

    private static Result result(HubId of, Fetched fetched) throws IOException {
        long bytes = 0;
        for (Path file : fetched.files()) {
            bytes += Files.size(file);
        }
        return new Result(of.toString(), fetched.place().toString(), fetched.files().size(), bytes);
    }

    private static String text(Result result) {
        return "%s%n  %d files, %s%n"
                .formatted(result.path, result.files, Numbers.bytes(result.bytes));
    }

    private HubSelection selection() {
        if (only == null) {
            return HubSelection.globs(include, exclude);
        }
        if (!include.isEmpty() || !exclude.isEmpty()) {
            throw new UsageException("--only chooses the files: give no --include or --exclude");
        }
        return switch (only.toLowerCase(Locale.ROOT)) {
            case "model" -> HubSelection.model();
            case "sae" -> HubSelection.sae();
            case "data" -> HubSelection.data();
            default ->
                    throw new UsageException(
                            "--only '%s': give model, sae or data".formatted(only));
        };
    }
}
