package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.SaeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `config.json` of a dictionary: the fields of a file that was read are kept, those that the SAE
/// itself determines are set, and what has no field of the library's goes to `metadata`, which the
/// library ignores.
///
/// @param type class of the dictionary
/// @param config of the SAE
record DictionaryConfig(DictionaryClass type, SaeConfig config) {
    /// Fields of a trainer that mean the same whatever the class.
    private static final List<String> GENERAL =
            List.of("lr", "steps", "seed", "layer", "lm_name", "submodule_name");

    Map<String, Object> json() {
        var kept = new Kept(config.metadata(), DictionaryLearningFormat.NAME);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trainer", trainer(Kept.object(kept.own().get("trainer"))));
        json.put("buffer", buffer(Kept.object(kept.own().get("buffer"))));
        if (!kept.others().isEmpty()) {
            json.put("metadata", kept.others());
        }
        return json;
    }

    private Map<String, Object> trainer(Map<String, Object> kept) {
        Map<String, Object> trainer = new LinkedHashMap<>();
        if (type.word().equals(kept.get("dict_class"))) {
            trainer.putAll(kept);
        } else {
            trainer.put("trainer_class", type.trainer());
            GENERAL.forEach(field -> {
                if (kept.containsKey(field)) {
                    trainer.put(field, kept.get(field));
                }
            });
        }
        trainer.putIfAbsent("trainer_class", type.trainer());
        trainer.put("dict_class", type.word());
        trainer.put("activation_dim", config.dIn());
        trainer.put("dict_size", config.dSae());
        if (type.isTopK()) {
            trainer.put("k", k(config));
        }
        if (type == DictionaryClass.MATRYOSHKA) {
            groups(trainer);
        }
        place(trainer);
        return trainer;
    }

    private void groups(Map<String, Object> trainer) {
        List<Integer> sizes = new ArrayList<>();
        List<Double> fractions = new ArrayList<>();
        for (long size : groupSizes(config)) {
            sizes.add((int) size);
            fractions.add((double) size / config.dSae());
        }
        if (!sizes.equals(trainer.get("group_sizes"))) {
            trainer.put("group_fractions", fractions);
            trainer.put("group_sizes", sizes);
        }
    }

    /// Where in which model it was trained. SAEBench and SAELens want these fields to be there.
    private void place(Map<String, Object> trainer) {
        Optional<HookName> hook =
                config.metadata().get("hook_name") instanceof String name
                        ? HookName.of(name)
                        : Optional.empty();
        @Nullable Object layer = hook.<Object>map(HookName::layer).orElse(null);
        put(trainer, "layer", layer != null ? layer : config.metadata().get("hook_layer"));
        put(trainer, "lm_name", config.metadata().get("model_name"));
        put(trainer, "submodule_name", hook.map(HookName::submodule).orElse(null));
        put(trainer, "wandb_name", type.word());
        put(trainer, "device", "cpu");
        if (config.metadata().containsKey("seed")) {
            put(trainer, "seed", config.metadata().get("seed"));
        }
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (!fields.containsKey(name)) {
            fields.put(name, value);
        }
    }

    private Map<String, Object> buffer(Map<String, Object> kept) {
        Map<String, Object> buffer = new LinkedHashMap<>(kept);
        put(buffer, "d_submodule", config.dIn());
        put(buffer, "io", "out");
        put(buffer, "ctx_len", config.metadata().get("context_size"));
        return buffer;
    }

    /// Features per token, as a whole number.
    static int k(SaeConfig config) {
        return switch (config.activation()) {
            case Activation.TopK(int k) -> k;
            case Activation.SignedTopK(int k) -> k;
            case Activation.BatchTopK batch -> NearestTopK.whole(batch.k());
            default -> throw new IllegalStateException(config.architecture() + " has no k");
        };
    }

    /// Sizes of the groups of a Matryoshka SAE, all features in one.
    static long[] groupSizes(SaeConfig config) {
        List<Integer> prefixes = new ArrayList<>(config.prefixes());
        if (prefixes.getLast() < config.dSae()) {
            prefixes.add(config.dSae());
        }
        return DictionaryGroups.sizes(prefixes);
    }
}
