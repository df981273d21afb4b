package dev.sae4j.lm.hub;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Predicate;

/// Chooses the files of a repository that are worth fetching.
@FunctionalInterface
public interface HubSelection {
    /// The chosen ones.
    ///
    /// @param id what was asked for; its path says where in the repository
    /// @param files all files of the repository
    /// @throws dev.sae4j.io.Sae4jException if what must be there is not
    List<HubFile> choose(HubId id, List<HubFile> files);

    /// All at and below the path of the id.
    static HubSelection all() {
        return globs(List.of(), List.of());
    }

    /// Files at and below the path of the id that match one of some globs, such as `*.json` or `layer_12/**`, and none of others. A
    /// glob without a `/` is matched with the name alone.
    ///
    /// @param include empty for all
    static HubSelection globs(List<String> include, List<String> exclude) {
        Predicate<HubFile> wanted = include.isEmpty() ? _ -> true : any(include);
        Predicate<HubFile> unwanted = any(exclude);
        return (id, files) ->
                files.stream()
                        .filter(f -> f.isAtOrBelow(id.path()))
                        .filter(wanted.and(unwanted.negate()))
                        .toList();
    }

    private static Predicate<HubFile> any(List<String> globs) {
        return globs.stream().map(HubSelection::glob).reduce(_ -> false, Predicate::or);
    }

    private static Predicate<HubFile> glob(String glob) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return glob.contains("/")
                ? f -> matcher.matches(Path.of(f.path()))
                : f -> matcher.matches(Path.of(f.name()));
    }

    /// What a language model needs: configuration, tokenizer, and its weights once, as safetensors
    /// if there are any, else as `pytorch_model.bin`, else the only `.gguf` file; or the `.gguf` file
    /// that the path names.
    static HubSelection model() {
        return ModelSelection::choose;
    }

    /// An SAE: the files of its folder, or the file that the path names with the configurations
    /// beside and above it.
    static HubSelection sae() {
        return SaeSelection::choose;
    }

    /// A data set: its parquet files, else `.jsonl`, `.json`, `.csv`, `.tsv` or `.txt`; of several
    /// splits the one called `train`. They must lie in one folder, or in `data`: a repository that
    /// holds several data sets is refused with their names, unless the path says which.
    static HubSelection data() {
        return DataSelection::choose;
    }
}
