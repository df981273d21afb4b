package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Edits;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.Sae;

/// A change of a model's inner state at one place, at every position of a text.
public interface Intervention {
    /// Checks that it fits a model.
    ///
    /// @throws UsageException saying what does not fit
    void check(LanguageModel model);

    /// Adds what it reads and edits to a run, before the run begins.
    void addTo(ForwardPass pass, Workers workers);

    /// Raises a feature: adds `strength · W_dec[feature]` to the activation at the SAE's own place
    /// ([SaePlace#of(Sae)]). `W_dec[feature]` is taken as it is, not scaled to length 1, so the
    /// strength is in the units of the feature's activations: what would come out if it were so much
    /// more active. A negative strength lowers it. Where the SAE scales its input (layer norm, a
    /// factor), the direction is brought back to the model's units as its outputs are.
    static Intervention steer(Sae sae, int feature, double strength) {
        return steer(sae, SaePlace.of(sae), feature, strength);
    }

    /// The same at a place that is given.
    static Intervention steer(Sae sae, SaePlace place, int feature, double strength) {
        return new SteeredFeature(sae, place, feature, (float) strength);
    }

    /// Takes features away: subtracts `f_i(x) · W_dec[i]` of each, what they contribute to the SAE's
    /// reconstruction of the activation at its own place. What the SAE does not reconstruct stays.
    static AblatedFeatures ablate(Sae sae, int... features) {
        return ablate(sae, SaePlace.of(sae), features);
    }

    /// The same at a place that is given.
    static AblatedFeatures ablate(Sae sae, SaePlace place, int... features) {
        return new AblatedFeatures(sae, place, features);
    }

    /// Adds `strength · vector` to the value at a hook.
    ///
    /// @param vector `[width of the hook]`
    static Intervention add(Hook hook, float[] vector, double strength) {
        float[] copy = vector.clone();
        return new Intervention() {
            @Override
            public void check(LanguageModel model) {
                model.checkHook(hook);
                if (copy.length != model.width(hook)) {
                    throw new UsageException(
                            "a vector of %d numbers cannot be added at %s: %s has width %d there"
                                    .formatted(copy.length, hook, model.name(), model.width(hook)));
                }
            }

            @Override
            public void addTo(ForwardPass pass, Workers workers) {
                pass.edit(hook, Edits.add(copy, (float) strength));
            }
        };
    }
}
