package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The files of a data set that hold its rows.
final class DataSelection {
    /// Kinds of files, best first; all of the first kind that is there are taken.
    private static final List<Pattern> KINDS =
            List.of(
                    Pattern.compile(".*\\.parquet"),
                    Pattern.compile(".*\\.(jsonl|ndjson)(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.json(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.csv(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.tsv(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.txt(\\.gz|\\.zst)?"));

    private static final Pattern TRAIN = Pattern.compile("(^|.*[/_.-])train([/_.-].*|$)");

    /// About the data, not of it.
    private static final Pattern ABOUT =
            Pattern.compile(
                    "(.*/)?(\\..*|dataset_infos?\\.json|state\\.json|.*config\\.json|README.*|LICENSE.*)");

    private static final String USUAL_FOLDER = "data";
    private static final int NAMED = 8;

    private DataSelection() {}

    static List<HubFile> choose(HubId id, List<HubFile> files) {
        List<HubFile> below =
                files.stream()
                        .filter(f -> f.isAtOrBelow(id.path()))
                        .filter(f ->
                                f.path().equals(id.path()) || !ABOUT.matcher(f.path()).matches())
                        .toList();
        for (Pattern kind : KINDS) {
            List<HubFile> rows =
                    below.stream().filter(f -> kind.matcher(f.path()).matches()).toList();
            if (!rows.isEmpty()) {
                List<HubFile> train =
                        rows.stream().filter(f -> TRAIN.matcher(f.path()).matches()).toList();
                return ofOneFolder(id, train.isEmpty() ? rows : train);
            }
        }
        throw Problems.problem(
                Kind.MISSING,
                id,
                "holds no .parquet, .jsonl, .csv or .txt files: many data sets have them at @refs/convert/parquet");
    }

    /// Refuses files of several folders, which are data sets of their own more often than not.
    private static List<HubFile> ofOneFolder(HubId id, List<HubFile> rows) {
        var folders = new TreeSet<String>();
        rows.forEach(f -> folders.add(f.folder()));
        if (folders.size() < 2) {
            return rows;
        }
        List<HubFile> usual =
                id.path().isEmpty()
                        ? rows.stream().filter(f -> f.folder().equals(USUAL_FOLDER)).toList()
                        : List.of();
        if (!usual.isEmpty()) {
            return usual;
        }
        throw Problems.problem(
                Kind.MISSING,
                id,
                "holds data in %d folders: name one, or a file, as %s:%s%s"
                        .formatted(
                                folders.size(),
                                id.repo(),
                                String.join(
                                        " or :",
                                        folders.stream()
                                                .filter(f -> !f.isEmpty())
                                                .limit(NAMED)
                                                .toList()),
                                folders.size() > NAMED ? " ..." : ""));
    }
}
