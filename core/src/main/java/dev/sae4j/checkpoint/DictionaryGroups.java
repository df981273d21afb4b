package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Groups of Matryoshka SAEs: files of dictionary_learning and bartbussmann give the size of each,
/// we the widths that they add up to.
final class DictionaryGroups {
    private DictionaryGroups() {}

    /// The widths, ascending, the last one `d_sae`.
    static List<Integer> prefixes(Path file, long[] sizes, int dSae) {
        List<Integer> prefixes = new ArrayList<>();
        long width = 0;
        for (long size : sizes) {
            width += size;
            if (size < 1 || size > dSae || width > dSae) {
                break;
            }
            prefixes.add((int) width);
        }
        if (width != dSae || prefixes.size() != sizes.length) {
            throw Sae4jException.in(
                    file,
                    "has group_sizes %s: they must be positive and add up to %d features"
                            .formatted(shortened(sizes), dSae));
        }
        return prefixes;
    }

    /// The sizes of the groups.
    static long[] sizes(List<Integer> prefixes) {
        long[] sizes = new long[prefixes.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (long) prefixes.get(i) - (i == 0 ? 0 : prefixes.get(i - 1));
        }
        return sizes;
    }

    /// Refuses a description with other sizes than the tensor.
    static void checkSame(DictionaryFile file, long[] sizes) {
        JsonNode named = file.trainer().json().path("group_sizes");
        if (!named.isArray()) {
            return;
        }
        long[] other =
                named.valueStream()
                        .mapToLong(n -> n.isIntegralNumber() ? n.asLong() : -1)
                        .toArray();
        if (!Arrays.equals(sizes, other)) {
            throw Sae4jException.in(
                    file.state().file(),
                    "has group_sizes %s, but %s says %s"
                            .formatted(shortened(sizes), file.source(), shortened(other)));
        }
    }

    private static String shortened(long[] sizes) {
        return sizes.length <= 16
                ? Arrays.toString(sizes)
                : Arrays.toString(Arrays.copyOf(sizes, 16)) + " ...";
    }
}
