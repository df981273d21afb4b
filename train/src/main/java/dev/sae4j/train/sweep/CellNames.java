package dev.sae4j.train.sweep;

import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Names cells after what they are: the architecture, its width (`x8` or `f4608`), `k` or a fixed
/// threshold, then whatever else differs between cells of one architecture. Names hold lower case
/// letters, digits, `.`, `-`, `_` and `+` only.
final class CellNames {
    private static final int LONGEST = 100;
    private static final int CUT = 80;

    /// Said by the name's first parts.
    private static final Set<String> SAID =
            Set.of("activation.type", "activation.k", "features", "expansion");

    private CellNames() {}

    /// Names for recipes whose own names differ, in their order.
    static List<String> of(List<Recipe> recipes) {
        Map<String, Map<String, String>> varying = Varying.withinArchitectures(recipes);
        varying.keySet().removeAll(SAID);
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (Recipe recipe : recipes) {
            StringBuilder name = new StringBuilder(plain(kind(recipe)));
            name.append(width(recipe)).append(rule(recipe.activation()));
            varying.forEach((key, values) -> {
                String value = values.get(recipe.name());
                if (value != null && !(isThreshold(key) && saysThreshold(recipe))) {
                    name.append('-').append(plain(shortest(key, varying.keySet()) + value));
                }
            });
            names.add(unlike(taken, shortened(name.toString())));
        }
        return names;
    }

    private static String kind(Recipe recipe) {
        return Objects.requireNonNull(RecipeFiles.values(recipe).get("activation.type"));
    }

    private static String width(Recipe recipe) {
        return recipe.features() == null ? "-x" + recipe.expansion() : "-f" + recipe.features();
    }

    private static String rule(Architecture activation) {
        Number k = k(activation);
        if (k != null) {
            return "-k" + plain(k);
        }
        return activation instanceof Architecture.JumpRelu jump && !jump.learned()
                ? "-t" + plain(jump.threshold())
                : "";
    }

    /// The `k` of architectures that have one.
    static @Nullable Number k(Architecture activation) {
        return switch (activation) {
            case Architecture.TopK a -> a.k();
            case Architecture.AbsTopK a -> a.k();
            case Architecture.BatchTopK a -> a.k();
            case Architecture.GroupMax a -> a.k();
            case Architecture.Relu _,
                    Architecture.Gated _,
                    Architecture.JumpRelu _,
                    Architecture.MatchingPursuit _ ->
                    null;
        };
    }

    private static boolean isThreshold(String key) {
        return key.equals("activation.threshold");
    }

    private static boolean saysThreshold(Recipe recipe) {
        return recipe.activation() instanceof Architecture.JumpRelu jump && !jump.learned();
    }

    /// The last part of a key path that no other key ends with, else all of it.
    private static String shortest(String key, Set<String> keys) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        long ending = keys.stream().filter(k -> k.equals(last) || k.endsWith("." + last)).count();
        return ending == 1 ? last : key;
    }

    /// A number as people write it: `64`, `0.5`.
    static String plain(Number number) {
        String text = new BigDecimal(number.toString()).toPlainString();
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9.+-]+", "_")
                .replaceAll("^_+|[_.]+$", "");
    }

    private static String shortened(String name) {
        if (name.length() <= LONGEST) {
            return name;
        }
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return name.substring(0, CUT) + "-" + Long.toHexString(crc.getValue());
    }

    private static String unlike(Set<String> taken, String name) {
        String free = name;
        for (int i = 2; !taken.add(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }
}
