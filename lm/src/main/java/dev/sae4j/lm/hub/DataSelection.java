package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.List;
import java.util.regex.Pattern;

/// The files of a data set that hold its rows.
final class DataSelection {
    /// Kinds of files, best first; all of the first kind that is there are taken.
    private static final List<Pattern> KINDS =
            List.of(
                    Pattern.compile(".*\\.parquet"),
                    Pattern.compile(".*\\.jsonl(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.csv(\\.gz|\\.zst)?"),
                    Pattern.compile(".*\\.txt(\\.gz|\\.zst)?"));

    private static final Pattern TRAIN = Pattern.compile("(^|.*[/_.-])train([/_.-].*|$)");

    private DataSelection() {}

    static List<HubFile> choose(HubId id, List<HubFile> files) {
        List<HubFile> below = files.stream().filter(f -> f.isAtOrBelow(id.path())).toList();
        for (Pattern kind : KINDS) {
            List<HubFile> rows =
                    below.stream().filter(f -> kind.matcher(f.path()).matches()).toList();
            if (!rows.isEmpty()) {
                List<HubFile> train =
                        rows.stream().filter(f -> TRAIN.matcher(f.path()).matches()).toList();
                return train.isEmpty() ? rows : train;
            }
        }
        throw Problems.problem(
                Kind.MISSING,
                id,
                "holds no .parquet, .jsonl, .csv or .txt files: many data sets have them at @refs/convert/parquet");
    }
}
