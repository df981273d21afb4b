package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.hub.Fetched;
import dev.sae4j.lm.hub.HubSelection;
import dev.sae4j.sae.Sae;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The SAE that a verb works with.
@Command
final class SaeOptions {
    @Option(
            names = "--sae",
            required = true,
            paramLabel = "S",
            description =
                    "SAE file or folder of any known format, or one on the hub (ORG/NAME[:PATH][@REVISION]).")
    private String name;

    @Mixin private ReadingOptions reading = new ReadingOptions();

    /// Where it is, fetched if it is on the hub.
    Path find(Console console) {
        return find(console, "--sae", name);
    }

    /// As [#find(Console)], of a name that came with another option.
    static Path find(Console console, String option, String name) {
        Optional<OnHub> hub = OnHub.of(name).map(h -> h.requireModel(option));
        if (hub.isPresent()) {
            Fetched fetched = hub.get().fetch(console, HubSelection.sae());
            return fetched.place();
        }
        Path path = Path.of(name);
        if (!Files.exists(path) && !OnHub.hint(name).isEmpty()) {
            throw Sae4jException.in(
                    path, "does not exist: expected an SAE's file or folder" + OnHub.hint(name));
        }
        return path;
    }

    Sae open(Path place) {
        return Checkpoints.open(place, reading.toOptions());
    }

    Sae open(Console console) {
        return open(find(console));
    }
}
