package dev.sae4j.cli;

import dev.sae4j.lm.hub.Hub;
import dev.sae4j.lm.hub.HubId;
import dev.sae4j.lm.hub.Upload;
import dev.sae4j.lm.hub.UploadFile;
import dev.sae4j.lm.hub.UploadPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sae4j publish`: puts a folder on the hub.
@Command(
        name = "publish",
        description = {
            "Put the files of a folder on the hub, as one commit. The repository is made if there is none.",
            "Needs a token with the right to write in HF_TOKEN. What the hub has already is not sent again."
        },
        footer = {
            "  sae4j publish my-sae --repo me/my-sae --dry-run",
            "  sae4j publish my-sae --repo me/my-saes:layer_12/k16 --private"
        })
final class PublishVerb extends Verb {
    @Parameters(
            paramLabel = "DIR",
            description = "Folder whose files to publish; hidden files stay.")
    private Path folder;

    @Option(
            names = "--repo",
            required = true,
            paramLabel = "ID",
            description =
                    "ORG/NAME[:PATH][@BRANCH]: the repository, and a folder in it. datasets/ before it makes it a data set.")
    private String repo;

    @Option(names = "--private", description = "If the repository is made, let nobody else see it.")
    private boolean isPrivate;

    @Option(
            names = "--message",
            paramLabel = "TEXT",
            description = "First line of the commit (default: Add and the folder's name).")
    private @Nullable String message;

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            description = "Files that stay: *.jsonl, state/**. May be repeated.")
    private List<String> exclude = new ArrayList<>();

    @Option(names = "--dry-run", description = "Send nothing: say what would go, and how.")
    private boolean dryRun;

    /// What was published.
    ///
    /// @param repo where
    /// @param url of the commit, or of the repository if nothing was new
    record Result(String repo, String url) {}

    /// What would be published.
    ///
    /// @param repo where
    /// @param creates true if the repository would be made
    /// @param guessed true if the hub was not asked how files would go
    /// @param bytes that would go
    /// @param files all of them
    record Plan(String repo, boolean creates, boolean guessed, long bytes, List<Row> files) {}

    /// A file of a plan.
    ///
    /// @param path in the repository
    /// @param bytes of the file
    /// @param way `lfs`, `inline`, `same` or `ignored`
    record Row(String path, long bytes, String way) {}

    @Override
    void run(Console console) {
        HubId to = HubId.parse(repo);
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        var upload =
                new Upload(
                        folder, to, message == null ? "Add " + name : message, isPrivate, exclude);
        try (Hub hub = Transfer.hub(console)) {
            if (dryRun) {
                Plan plan = plan(hub.plan(upload));
                console.result(plan, () -> text(console, plan));
            } else {
                var result = new Result(to.toString(), publish(console, hub, upload));
                console.result(result, () -> result.url + "\n");
            }
        }
    }

    private static String publish(Console console, Hub hub, Upload upload) {
        try (Transfer transfer = new Transfer(console, "upload")) {
            return hub.publish(upload, transfer);
        }
    }

    private static Plan plan(UploadPlan plan) {
        return new Plan(
                plan.to().toString(),
                plan.creates(),
                plan.guessed(),
                plan.bytes(),
                plan.files().stream().map(PublishVerb::row).toList());
    }

    private static Row row(UploadFile file) {
        return new Row(file.path(), file.size(), file.way().name().toLowerCase(Locale.ROOT));
    }

    private static String text(Console console, Plan plan) {
        Table table = console.table("file", "size", "goes");
        for (Row row : plan.files) {
            table.row(row.path, Numbers.bytes(row.bytes), row.way);
        }
        return "%s: would send %s in %d files%s%s%n%s"
                .formatted(
                        plan.repo,
                        Numbers.bytes(plan.bytes),
                        plan.files.stream()
                                .filter(r -> r.way.equals("lfs") || r.way.equals("inline"))
                                .count(),
                        plan.creates ? " to a new repository" : "",
                        plan.guessed ? " (how they go is guessed: the hub was not asked)" : "",
                        table);
    }
}
