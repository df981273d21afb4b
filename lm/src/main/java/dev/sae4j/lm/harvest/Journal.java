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
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// How far a harvest has come, in a file beside its stores.
///
/// @param origins of the stores
/// @param dtype of their activations
/// @param tokens rows asked for
/// @param mark from where to run the model again
/// @param stores what is in them
/// @param result set when all rows are in
record Journal(
        List<StoreOrigin> origins,
        DType dtype,
        long tokens,
        HarvestMark mark,
        List<StoreProgress> stores,
        @Nullable HarvestResult result) {
    private static final JsonMapper MAPPER =
            Json.STRICT
                    .rebuild()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    Journal {
        origins = List.copyOf(origins);
        stores = List.copyOf(stores);
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

    /// Checks that it was the same harvest.
    void require(List<StoreOrigin> wanted, HarvestOptions options, Path file) {
        if (!origins.equals(wanted) || dtype != options.dtype() || tokens != options.tokens()) {
            throw Sae4jException.in(
                    file,
                    "was begun with %s, %s, %d tokens; this is %s, %s, %d tokens: go on with the same options, or leave out --resume to begin anew"
                            .formatted(
                                    origins,
                                    dtype,
                                    tokens,
                                    wanted,
                                    options.dtype(),
                                    options.tokens()));
        }
    }
}
