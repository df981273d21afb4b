package dev.sae4j.train.recipe;

import dev.sae4j.io.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The recipe files that lie beside this class, and the defaults below all recipes.
final class Presets {
    static final List<String> NAMES =
            List.of(
                    "topk",
                    "batchtopk",
                    "saelens-standard",
                    "saelens-gated",
                    "saelens-topk",
                    "saelens-abstopk",
                    "saelens-batchtopk",
                    "saelens-matryoshka",
                    "saelens-jumprelu",
                    "saelens-jumprelu-tanh",
                    "saelens-jumprelu-quadratic",
                    "saelens-matching-pursuit",
                    "dictionary-learning-standard",
                    "dictionary-learning-standard-april",
                    "dictionary-learning-p-anneal",
                    "dictionary-learning-gated",
                    "dictionary-learning-gated-anneal",
                    "dictionary-learning-topk",
                    "dictionary-learning-batchtopk",
                    "dictionary-learning-matryoshka",
                    "dictionary-learning-jumprelu",
                    "sparsify-topk",
                    "sparsify-topk-adam",
                    "sparsify-topk-muon",
                    "sparsify-groupmax",
                    "sparsify-transcoder",
                    "sparsify-skip-transcoder",
                    "gemma-scope",
                    "baguettotron",
                    "grid-search",
                    "grid-search-topk",
                    "grid-search-jumprelu",
                    "pythia-x32",
                    "pythia-x32-weak",
                    "pythia-x32-adaptive",
                    "matryoshka",
                    "matryoshka-snap",
                    "gemma-3-27b");

    /// For each part its keys with their defaults.
    static final ObjectNode DEFAULTS = resource("defaults");

    private Presets() {}

    static ObjectNode defaults(String section) {
        return DEFAULTS.get(section) instanceof ObjectNode keys
                ? keys
                : JsonNodeFactory.instance.objectNode();
    }

    /// What a preset says, on top of the preset that it is like, on top of the defaults.
    static ObjectNode tree(String name) {
        ObjectNode own = resource(name);
        JsonNode like = own.remove("like");
        ObjectNode below = like == null ? defaults("recipe") : tree(like.asString());
        own.put("name", name);
        return Layers.lay(below, own, Recipe.class);
    }

    private static ObjectNode resource(String name) {
        String file = name + ".yaml";
        try (InputStream in = Presets.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the recipe file " + file + " is not there");
            }
            return Yaml.parseObject(
                    Path.of(file), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
