package dev.sae4j.lm.harvest;

import dev.sae4j.io.DType;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.store.StoreProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// How far a harvest has come, in a file beside its stores.
///
/// @param origins of the stores
/// @param dtype of their activations
/// @param tokens rows asked for
/// @param inputs what the text and the model are, see [Harvest#identity()]
/// @param mark from where to run the model again
/// @param stores what is in them
/// @param result set when all rows are in
record Journal(
        List<StoreOrigin> origins,
        DType dtype,
        long tokens,
        Map<String, String> inputs,
        HarvestMark mark,
        List<StoreProgress> stores,
        @Nullable HarvestResult result) {
    private static final int MOST_TOLD = 4;
    private static final JsonMapper MAPPER =
            Json.STRICT
                    .rebuild()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    Journal {
        origins = List.copyOf(origins);
        stores = List.copyOf(stores);
        inputs = Map.copyOf(inputs);
        if (stores.size() != origins.size()
                || stores.stream().anyMatch(s -> s.rows() < mark.rows())) {
            throw new IllegalArgumentException("the stores do not reach to the mark");
        }
    }

    /// The journal in a file; null if there is none.
    static @Nullable Journal read(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return MAPPER.readValue(Json.readObject(file).toString(), Journal.class);
        } catch (JacksonException e) {
            throw Sae4jException.in(
                    file,
                    "is damaged: %s; begin the harvest again, without --resume"
                            .formatted(e.getOriginalMessage()),
                    e);
        }
    }

    void write(Path file) {
        SafeFiles.writeString(file, MAPPER.writeValueAsString(this));
    }

    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(file, e);
        }
    }

    /// Checks that it was the same harvest of the same text and model.
    void require(
            List<StoreOrigin> wanted, HarvestOptions options, Map<String, String> now, Path file) {
        Map<String, String> before = facts(origins, dtype, tokens, inputs);
        Map<String, String> after = facts(wanted, options.dtype(), options.tokens(), now);
        var all = new LinkedHashSet<>(before.keySet());
        all.addAll(after.keySet());
        List<String> differences = new ArrayList<>();
        for (String fact : all) {
            String was = before.getOrDefault(fact, "none");
            String is = after.getOrDefault(fact, "none");
            if (!was.equals(is)) {
                differences.add("%s was %s, now it is %s".formatted(fact, was, is));
            }
        }
        if (!differences.isEmpty()) {
            int more = differences.size() - MOST_TOLD;
            throw Sae4jException.in(
                    file,
                    "is of another harvest: %s%s: go on with the same options, text and model, or leave out --resume to begin anew"
                            .formatted(
                                    String.join(
                                            "; ", differences.stream().limit(MOST_TOLD).toList()),
                                    more > 0 ? "; and %d more".formatted(more) : ""));
        }
    }

    private static Map<String, String> facts(
            List<StoreOrigin> origins, DType dtype, long tokens, Map<String, String> inputs) {
        Map<String, String> facts = new LinkedHashMap<>();
        StoreOrigin first = origins.getFirst();
        facts.put("model", first.model());
        facts.put("hook", origins.stream().map(StoreOrigin::hook).collect(Collectors.joining(",")));
        facts.put("data", first.data());
        facts.put("context", String.valueOf(first.context()));
        facts.put("rule for contexts", first.contexts());
        facts.put("exclude", first.excluded());
        facts.put("dtype", dtype.toString());
        facts.put("tokens", String.valueOf(tokens));
        facts.put("program", first.madeBy());
        facts.putAll(inputs);
        return facts;
    }
}
