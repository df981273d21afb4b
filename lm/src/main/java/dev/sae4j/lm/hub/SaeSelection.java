package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The files of one SAE, out of a repository that may hold hundreds.
final class SaeSelection {
    private static final Pattern WEIGHTS = Pattern.compile(".*\\.(safetensors|npz|pt|pth|bin)");
    private static final Pattern ABOUT = Pattern.compile(".*\\.(json|ya?ml)");
    private static final long MAX_ABOUT = 4 << 20; // bytes

    /// Folders that formats keep inside the folder of one SAE.
    private static final Pattern INNER = Pattern.compile("checkpoints(/.*)?");

    private SaeSelection() {}

    static List<HubFile> choose(HubId id, List<HubFile> files) {
        List<HubFile> below = files.stream().filter(f -> f.isAtOrBelow(id.path())).toList();
        if (below.size() == 1 && below.getFirst().path().equals(id.path())) {
            return withConfigurations(below.getFirst(), files);
        }
        List<HubFile> own = below.stream().filter(f -> isOwn(id.path(), f)).toList();
        if (own.stream().anyMatch(f -> isWeights(f.name()))) {
            return own;
        }
        var folders = new TreeSet<String>();
        below.stream().filter(f -> isWeights(f.name())).forEach(f -> folders.add(f.folder()));
        throw Problems.problem(
                Kind.MISSING,
                id,
                folders.isEmpty()
                        ? "holds no weights of an SAE"
                        : "holds %d SAEs: name one, as %s:%s%s"
                                .formatted(
                                        folders.size(),
                                        id.repo(),
                                        String.join(" or :", folders.stream().limit(8).toList()),
                                        folders.size() > 8 ? " ..." : ""));
    }

    private static boolean isOwn(String place, HubFile file) {
        String folder = file.folder();
        String inner =
                place.isEmpty()
                        ? folder
                        : folder.length() > place.length()
                                ? folder.substring(place.length() + 1)
                                : "";
        return inner.isEmpty() || INNER.matcher(inner).matches();
    }

    private static boolean isWeights(String name) {
        return WEIGHTS.matcher(name).matches();
    }

    /// The file, and the small configurations in its folder and in those above.
    private static List<HubFile> withConfigurations(HubFile weights, List<HubFile> files) {
        return files.stream()
                .filter(f ->
                        f.equals(weights)
                                || (ABOUT.matcher(f.name()).matches()
                                        && f.size() <= MAX_ABOUT
                                        && weights.isAtOrBelow(f.folder())))
                .toList();
    }
}
