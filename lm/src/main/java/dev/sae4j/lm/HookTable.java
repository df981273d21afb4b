package dev.sae4j.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who looks at which value of one run.
final class HookTable {
    private final Map<Hook, List<ForwardPass.Editor>> editors = new HashMap<>();
    private final int rows;

    /// @param rows tokens of the batch
    HookTable(int rows) {
        this.rows = rows;
    }

    void add(Hook hook, ForwardPass.Editor editor) {
        editors.computeIfAbsent(hook, h -> new ArrayList<>()).add(editor);
    }

    boolean isEmpty() {
        return editors.isEmpty();
    }

    boolean has(HookPoint point, int layer) {
        return editors.containsKey(new Hook(point, layer));
    }

    /// Shows a value to those who asked for it, in the order in which they did.
    ///
    /// @param values `[rows, width]` at the start of the array, which may be longer
    void serve(HookPoint point, int layer, float[] values, int width) {
        List<ForwardPass.Editor> those = editors.get(new Hook(point, layer));
        if (those == null) {
            return;
        }
        int size = rows * width;
        boolean fits = values.length == size;
        float[] exact = fits ? values : Arrays.copyOf(values, size);
        for (ForwardPass.Editor editor : those) {
            editor.edit(exact, rows, width);
        }
        if (!fits) {
            System.arraycopy(exact, 0, values, 0, size);
        }
    }
}
