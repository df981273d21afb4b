package dev.sae4j.checkpoint;

import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What dictionary_learning left: the state dict, bare or wrapped in a backup, and what describes
/// it: `config.json` beside the file or one folder higher, else the backup's own `config`.
///
/// @param state the tensors of the dictionary
/// @param config the whole description, `{trainer, buffer}`; an empty object if there is none
/// @param source where the description stands, for messages
/// @param factor of a backup: what biases are to be multiplied by; 1 if there is nothing to do
record DictionaryFile(StateDict state, ConfigFile config, String source, double factor) {
    static final String WEIGHTS = "ae.pt";
    static final String CONFIG = "config.json";

    /// The dictionary inside a backup.
    private static final String WRAPPED = "ae";

    static DictionaryFile of(Candidate candidate, Path weights) {
        TensorFile file = candidate.tensors(weights);
        StateDict state = state(file);
        boolean isBackup = isBackup(file);
        double factor = isBackup ? factor(file) : 1;
        Optional<Path> beside = config(candidate);
        if (beside.isPresent()) {
            var config = new ConfigFile(beside.get(), candidate.json(beside.get()));
            if (describes(config)) {
                return new DictionaryFile(state, config, beside.get().toString(), factor);
            }
        }
        var whole = JsonNodeFactory.instance.objectNode();
        if (isBackup && file.values().path("config").isObject()) {
            whole.set("trainer", file.values().path("config"));
        }
        return new DictionaryFile(
                state, new ConfigFile(weights, whole), "the config inside it", factor);
    }

    /// The tensors of the dictionary, wherever they are.
    static StateDict state(TensorFile file) {
        return isBackup(file) ? StateDict.of(file, WRAPPED) : StateDict.of(file);
    }

    private static boolean isBackup(TensorFile file) {
        return file.tensors().keySet().stream().anyMatch(n -> n.startsWith(WRAPPED + "."));
    }

    /// A file that describes a dictionary; the weights of steps in between lie in a folder below it.
    static Optional<Path> config(Candidate candidate) {
        Optional<Path> beside = candidate.beside(CONFIG);
        Path above = candidate.folder().getParent();
        if (beside.isPresent() || above == null) {
            return beside;
        }
        Path higher = above.resolve(CONFIG);
        return Files.isRegularFile(higher) ? Optional.of(higher) : Optional.empty();
    }

    /// True if a JSON file is a description by dictionary_learning.
    static boolean describes(ConfigFile config) {
        JsonNode trainer = config.json().path("trainer");
        return trainer.has("dict_class") || trainer.has("trainer_class");
    }

    private static double factor(TensorFile file) {
        double factor =
                file.find("norm_factor").isPresent()
                        ? StateDict.of(file).scalar("norm_factor")
                        : new ConfigFile(file.file(), file.values()).number("norm_factor", 1);
        if (!((float) factor > 0) || !Float.isFinite((float) factor)) {
            throw Sae4jException.in(
                    file.file(), "has norm_factor %s: it must be positive".formatted(factor));
        }
        return factor;
    }

    /// The fields of the trainer.
    ConfigFile trainer() {
        return config.below("trainer");
    }

    /// The sizes in the description, or those of the tensors if it has none.
    Sizes sizes(DictionaryClass type) {
        Sizes found = type.sizes(state);
        ConfigFile trainer = trainer();
        if (trainer.isAbsent("activation_dim") && trainer.isAbsent("dict_size")) {
            return found;
        }
        int dIn = trainer.optionalSize("activation_dim").orElse(found.dIn());
        int dSae = trainer.optionalSize("dict_size").orElse(found.dSae());
        return new Sizes(
                dIn, dSae, "%s says activation_dim=%d, dict_size=%d".formatted(source, dIn, dSae));
    }

    /// Features per token: what the tensors say, which the description must not contradict.
    int k(int dSae) {
        Optional<Integer> named = trainer().optionalSize("k");
        double k = state.has("k") || named.isEmpty() ? state.scalar("k") : named.get();
        if (named.isPresent() && k != named.get()) {
            throw Sae4jException.in(
                    state.file(),
                    "has k = %s, but %s says k=%d: one of them belongs to another SAE"
                            .formatted(k, source, named.get()));
        }
        if (!(k >= 1) || k > dSae || k != Math.rint(k)) {
            throw Sae4jException.in(
                    state.file(),
                    "has k = %s: it is a whole number from 1 to the %d features"
                            .formatted(k, dSae));
        }
        return (int) k;
    }

    /// Where the SAE comes from, in SAELens' words, with all fields of the description.
    Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>(config.below("metadata").values());
        ConfigFile trainer = trainer();
        trainer.copy(metadata, "lm_name", "model_name", "layer", "hook_layer", "seed", "seed");
        config.below("buffer").copy(metadata, "ctx_len", "context_size");
        JsonNode submodule = trainer.json().path("submodule_name");
        if (submodule.isString()) {
            String name = submodule.asString();
            metadata.putIfAbsent(
                    "hook_name", HookName.of(name).map(HookName::transformerLens).orElse(name));
        }
        Map<String, Object> own = new LinkedHashMap<>();
        for (String part : List.of("trainer", "buffer")) {
            if (config.json().path(part).isObject()) {
                own.put(part, Json.LENIENT.treeToValue(config.json().path(part), Map.class));
            }
        }
        if (!own.isEmpty()) {
            metadata.put(DictionaryLearningFormat.NAME, own);
        }
        return metadata;
    }
}
