package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Edits;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;

/// See [Intervention#steer(Sae, int, double)].
final class SteeredFeature implements Intervention {
    private final Sae sae;
    private final Hook hook;
    private final float strength;
    private final float[] direction; // [d_out]

    SteeredFeature(Sae sae, SaePlace place, int feature, float strength) {
        if (!Float.isFinite(strength)) {
            throw new UsageException(
                    "a feature cannot be steered with strength %s".formatted(strength));
        }
        Directions.checkFeature(sae, feature);
        this.sae = sae;
        this.hook = place.writes();
        this.strength = strength;
        this.direction = new float[sae.config().dOut()];
        sae.weights().decoder().read(feature, direction, 0);
    }

    @Override
    public void check(LanguageModel model) {
        SaePlace.check(model, hook, direction.length);
    }

    @Override
    public void addTo(ForwardPass pass, Workers workers) {
        if (sae.config().input() instanceof InputTransform.None) {
            pass.edit(hook, Edits.add(direction, strength));
            return;
        }
        pass.edit(
                hook,
                (x, rows, width) -> {
                    float[] added = new float[rows * width];
                    for (int row = 0; row < rows; row++) {
                        for (int i = 0; i < width; i++) {
                            added[row * width + i] = strength * direction[i];
                        }
                    }
                    Directions.toModelUnits(sae, x, rows, added);
                    for (int i = 0; i < added.length; i++) {
                        x[i] += added[i];
                    }
                });
    }
}
