package dev.sae4j.lm.hub;

import dev.sae4j.io.UsageException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names a repository on the hub, or something in it: `ORG/NAME[:PATH][@REVISION]`. `datasets/`
/// before it makes it a data set; `hf://` may stand before all.
///
/// @param kind of the repository
/// @param repo `ORG/NAME`
/// @param path a file or folder in it, `/` between names; empty for the whole repository
/// @param revision branch, tag or commit
public record HubId(HubKind kind, String repo, String path, String revision) {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,95}";
    private static final Pattern REPO = Pattern.compile(NAME + "/" + NAME);
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}");
    private static final Pattern FORM =
            Pattern.compile("(?:hf://)?(datasets/|models/)?([^:@]+?)(?::([^@]*(?:@.*)?))?(@.*)?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String MAIN = "main";

    public HubId {
        if (!isRepo(repo)) {
            throw new UsageException(
                    "'%s' is no name of a repository: expected ORG/NAME, such as google/gemma-2-2b"
                            .formatted(repo));
        }
        if (!isRevision(revision)) {
            throw new UsageException(
                    "'%s' is no revision: expected a branch, a tag or a commit"
                            .formatted(revision));
        }
        path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!path.isEmpty() && RemotePath.problem(path).isPresent()) {
            throw new UsageException(
                    "'%s' is no path in a repository: it %s"
                            .formatted(path, RemotePath.problem(path).get()));
        }
    }

    /// The latest state of a whole model repository.
    public static HubId model(String repo) {
        return new HubId(HubKind.MODEL, repo, "", MAIN);
    }

    /// The latest state of a whole data set.
    public static HubId dataset(String repo) {
        return new HubId(HubKind.DATASET, repo, "", MAIN);
    }

    /// Reads `ORG/NAME[:PATH][@REVISION]`.
    ///
    /// @throws UsageException if the text is nothing like that
    public static HubId parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new UsageException(
                    "'%s' does not name anything on the hub: expected ORG/NAME[:PATH][@REVISION]"
                            .formatted(text));
        }
        String path = Optional.ofNullable(parts.group(3)).orElse("");
        String revision = Optional.ofNullable(parts.group(4)).orElse("");
        int at = path.lastIndexOf('@');
        if (at >= 0) {
            revision = path.substring(at);
            path = path.substring(0, at);
        }
        HubKind kind = "datasets/".equals(parts.group(1)) ? HubKind.DATASET : HubKind.MODEL;
        return new HubId(
                kind, parts.group(2), path, revision.isEmpty() ? MAIN : revision.substring(1));
    }

    /// True if the text has the form of a hub id. Relative paths may have it too: look on the disk
    /// first.
    public static boolean isHubId(String text) {
        try {
            parse(text);
            return true;
        } catch (UsageException e) {
            return false;
        }
    }

    private static boolean isRepo(String repo) {
        return REPO.matcher(repo).matches() && !repo.contains("..");
    }

    private static boolean isRevision(String revision) {
        return REVISION.matcher(revision).matches()
                && !revision.contains("..")
                && !revision.contains("//")
                && !revision.endsWith("/");
    }

    /// The same, as a data set.
    public HubId asDataset() {
        return new HubId(HubKind.DATASET, repo, path, revision);
    }

    /// Another place in the same repository.
    public HubId at(String other) {
        return new HubId(kind, repo, other, revision);
    }

    /// Another state of the same repository.
    public HubId withRevision(String other) {
        return new HubId(kind, repo, path, other);
    }

    /// True if the revision is the full name of a commit, which never changes.
    boolean isPinned() {
        return COMMIT.matcher(revision).matches();
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    String organisation() {
        return repo.substring(0, repo.indexOf('/'));
    }

    String name() {
        return repo.substring(repo.indexOf('/') + 1);
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        return kind.pagePrefix()
                + repo
                + (path.isEmpty() ? "" : ":" + path)
                + (revision.equals(MAIN) ? "" : "@" + revision);
    }
}
