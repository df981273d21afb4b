package dev.sae4j.train.recipe;

import dev.sae4j.io.UsageException;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/// Recipe records from and to trees, all names in snake case.
final class RecipeMapper {
    static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                    .build();

    private RecipeMapper() {}

    static Map<String, Object> map(JsonNode tree) {
        return MAPPER.convertValue(tree, new TypeReference<Map<String, Object>>() {});
    }

    /// What a record said of its values, after the place of the record.
    static String reason(JacksonException e) {
        String place =
                e.getPath().stream()
                        .map(JacksonException.Reference::getPropertyName)
                        .collect(Collectors.joining("."));
        String message =
                e.getCause() instanceof UsageException usage
                        ? String.valueOf(usage.getMessage())
                        : e.getOriginalMessage();
        return place.isEmpty() ? message : "'%s': %s".formatted(place, message);
    }
}
