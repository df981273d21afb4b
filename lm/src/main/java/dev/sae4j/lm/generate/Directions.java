package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Rows;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;

/// Sums of decoder rows as they stand in a model.
final class Directions {
    private Directions() {}

    static void checkFeature(Sae sae, int feature) {
        if (feature < 0 || feature >= sae.config().dSae()) {
            throw new UsageException(
                    "there is no feature %d: the SAE has features 0 to %d"
                            .formatted(feature, sae.config().dSae() - 1));
        }
    }

    /// Brings sums of decoder rows back to the units of the model: what they add to the SAE's output
    /// once its input transform is undone.
    ///
    /// @param x `[rows, d_out]`, activations that they belong to
    /// @param sums `[rows, d_out]`, changed in place
    static void toModelUnits(Sae sae, float[] x, int rows, float[] sums) {
        InputTransform transform = sae.config().input();
        if (transform instanceof InputTransform.None) {
            return;
        }
        int width = sae.config().dOut();
        float[] nothing = new float[sums.length];
        transform.undo(Rows.of(x, rows, width), sums, width);
        transform.undo(Rows.of(x, rows, width), nothing, width);
        for (int i = 0; i < sums.length; i++) {
            sums[i] -= nothing[i];
        }
    }
}
