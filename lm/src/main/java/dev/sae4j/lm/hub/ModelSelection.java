package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files of a language model, out of a repository that often holds its weights several times.
final class ModelSelection {
    private static final Pattern ABOUT =
            Pattern.compile(
                    "config\\.json|generation_config\\.json|tokenizer.*|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json|merges\\.txt|chat_template.*");

    /// Kinds of weights, best first; all files of the first kind that is there are taken.
    private static final List<Pattern> WEIGHTS =
            List.of(
                    Pattern.compile("model\\.safetensors"),
                    Pattern.compile("model\\.safetensors\\.index\\.json|model-.*\\.safetensors"),
                    Pattern.compile("pytorch_model\\.bin"),
                    Pattern.compile("pytorch_model\\.bin\\.index\\.json|pytorch_model-.*\\.bin"));

    private static final Pattern GGUF_PART =
            Pattern.compile("(.*)-([0-9]{5})(-of-[0-9]{5}\\.gguf)");

    private ModelSelection() {}

    static List<HubFile> choose(HubId id, List<HubFile> files) {
        List<HubFile> named = files.stream().filter(f -> f.path().equals(id.path())).toList();
        if (!named.isEmpty()) {
            return withParts(named.getFirst(), files); // a .gguf file, say
        }
        List<HubFile> here = files.stream().filter(f -> f.folder().equals(id.path())).toList();
        List<HubFile> chosen = new ArrayList<>(matching(here, ABOUT.asMatchPredicate()));
        for (Pattern kind : WEIGHTS) {
            List<HubFile> weights = matching(here, kind.asMatchPredicate());
            if (!weights.isEmpty()) {
                chosen.addAll(weights);
                return chosen;
            }
        }
        List<HubFile> whole = files.stream().filter(f -> isWholeGguf(id, f)).toList();
        if (whole.size() == 1) {
            return withParts(whole.getFirst(), files);
        }
        throw Problems.problem(Kind.MISSING, id, "holds no weights that can be read" + hint(files));
    }

    /// A model in one `.gguf` file, or the first part of one in several; `mmproj` ones are for pictures.
    private static boolean isWholeGguf(HubId id, HubFile file) {
        Matcher part = GGUF_PART.matcher(file.name());
        return file.isAtOrBelow(id.path())
                && file.name().endsWith(".gguf")
                && !file.name().startsWith("mmproj")
                && (!part.matches() || Integer.parseInt(part.group(2)) == 1);
    }

    /// The file, and the others that it is a part with.
    private static List<HubFile> withParts(HubFile file, List<HubFile> files) {
        Matcher part = GGUF_PART.matcher(file.name());
        if (!part.matches()) {
            return List.of(file);
        }
        Pattern all = Pattern.compile(Pattern.quote(part.group(1)) + "-[0-9]{5}" + part.group(3));
        return files.stream()
                .filter(f -> f.folder().equals(file.folder()) && all.matcher(f.name()).matches())
                .toList();
    }

    private static List<HubFile> matching(List<HubFile> files, Predicate<String> names) {
        return files.stream().filter(f -> names.test(f.name())).toList();
    }

    private static String hint(List<HubFile> files) {
        List<String> others =
                files.stream()
                        .map(HubFile::path)
                        .filter(p ->
                                (p.endsWith(".gguf") && !p.contains("mmproj"))
                                        || p.endsWith(".safetensors"))
                        .limit(10)
                        .toList();
        return others.isEmpty()
                ? ": expected model.safetensors, its shards, or pytorch_model.bin"
                : ": name one of these, as ORG/NAME:PATH: " + String.join(", ", others);
    }
}
