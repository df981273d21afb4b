package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.hub.Fetched;
import dev.sae4j.lm.hub.Hub;
import dev.sae4j.lm.hub.HubException;
import dev.sae4j.lm.hub.HubId;
import dev.sae4j.lm.hub.HubSelection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Something that an option names and that is not on this disk, but may be on the hub.
///
/// @param given what the option says
/// @param id what that names on the hub
record OnHub(String given, HubId id) {
    private static final String HUB = "hf://";

    /// Names that end so are files that do not exist rather than repositories.
    private static final Pattern FILE =
            Pattern.compile(
                    ".*\\.(txt|text|jsonl?|ndjson|csv|tsv|parquet|gz|zst|safetensors|gguf|bin|pth?|np[yz]|ya?ml|md)");

    private static final Pattern DEEP = Pattern.compile("([^/]+/[^/]+)/(.+)");

    /// What a name means: something on the hub, unless it is on this disk or cannot be a hub id.
    static Optional<OnHub> of(String name) {
        if (name.startsWith(HUB)) {
            return Optional.of(new OnHub(name, HubId.parse(name)));
        }
        boolean file =
                name.isBlank()
                        || Files.exists(Path.of(name))
                        || FILE.matcher(plain(name)).matches();
        return file || !HubId.isHubId(name)
                ? Optional.empty()
                : Optional.of(new OnHub(name, HubId.parse(name)));
    }

    /// Without what stands behind the name of the repository.
    private static String plain(String name) {
        return name.contains(":") || name.contains("@") ? "" : name;
    }

    /// What to say of a name that is neither on the disk nor a hub id; empty if it looks like a path
    /// and nothing else.
    static String hint(String name) {
        Matcher deep = DEEP.matcher(name);
        if (deep.matches() && HubId.isHubId(deep.group(1)) && !FILE.matcher(name).matches()) {
            return "; if it is on the hub, write " + deep.group(1) + ":" + deep.group(2);
        }
        return name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*") && !FILE.matcher(name).matches()
                ? "; on the hub names are ORG/NAME, such as google/gemma-2-2b"
                : "";
    }

    OnHub asDataset() {
        return new OnHub(given, id.asDataset());
    }

    /// The chosen files, in the cache by now.
    ///
    /// @throws Sae4jException that says of a name that could have been a path that there is none
    Fetched fetch(Console console, HubSelection selection) {
        try (Hub hub = Transfer.hub(console);
                Transfer transfer = new Transfer(console, "download")) {
            return hub.fetch(id, selection, transfer);
        } catch (HubException e) {
            throw mayBePath() && asksForName(e) ? neither(e) : e;
        } finally {
            console.ifInterrupted("run the same command again");
        }
    }

    private boolean mayBePath() {
        return !given.startsWith(HUB) && !given.contains(":") && !given.contains("@");
    }

    /// True where another name may be the remedy.
    private static boolean asksForName(HubException e) {
        return switch (e.kind()) {
            case MISSING, FORBIDDEN, OFFLINE, UNREACHABLE -> true;
            case TLS, SERVER, GATED, BUSY, CORRUPT, HOSTILE, DISK, STOPPED -> false;
        };
    }

    private Sae4jException neither(HubException e) {
        return new Sae4jException(
                "[%s] there is no such file or folder, and as a name on the hub: %s"
                        .formatted(given, e.getMessage()),
                e);
    }

    /// Refuses a data set where something else is wanted.
    OnHub requireModel(String option) {
        if (id.equals(id.asDataset())) {
            throw new UsageException("%s %s is a data set".formatted(option, given));
        }
        return this;
    }
}
