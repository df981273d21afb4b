package dev.sae4j.lm.hub;

import dev.sae4j.lm.hub.HubException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
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

    private ModelSelection() {}

    static List<HubFile> choose(HubId id, List<HubFile> files) {
        List<HubFile> named = files.stream().filter(f -> f.path().equals(id.path())).toList();
        if (!named.isEmpty()) {
            return named; // a .gguf file, say
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
        throw Problems.problem(Kind.MISSING, id, "holds no weights that can be read" + hint(files));
    }

    private static List<HubFile> matching(List<HubFile> files, Predicate<String> names) {
        return files.stream().filter(f -> names.test(f.name())).toList();
    }

    private static String hint(List<HubFile> files) {
        List<String> others =
                files.stream()
                        .map(HubFile::path)
                        .filter(p -> p.endsWith(".gguf") || p.endsWith(".safetensors"))
                        .limit(10)
                        .toList();
        return others.isEmpty()
                ? ": expected model.safetensors, its shards, or pytorch_model.bin"
                : ": name one of these, as ORG/NAME:PATH: " + String.join(", ", others);
    }
}
