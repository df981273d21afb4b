package dev.sae4j.lm.generate;

import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.sae.Sae;
import org.jspecify.annotations.Nullable;

/// Where in a model an SAE belongs.
///
/// @param input what it reads, as hooks are written; null if nobody says
/// @param output what it reconstructs: the same, unless it is a transcoder
public record SaePlace(@Nullable String input, @Nullable String output) {
    /// What the SAE says of itself: `hook_name`, of a transcoder also `hook_name_out`.
    public static SaePlace of(Sae sae) {
        String in = word(sae, "hook_name");
        return new SaePlace(in, sae.config().transcoder() ? word(sae, "hook_name_out") : in);
    }

    /// At a hook; of a transcoder it is where the output belongs.
    public static SaePlace of(Sae sae, Hook hook) {
        String in = sae.config().transcoder() ? word(sae, "hook_name") : hook.toString();
        return new SaePlace(in, hook.toString());
    }

    private static @Nullable String word(Sae sae, String key) {
        return sae.config().metadata().get(key) instanceof String name ? name : null;
    }

    /// The hook that the SAE reads.
    ///
    /// @throws UsageException if it is not known
    Hook reads() {
        return hook(input, "it reads");
    }

    /// The hook that the SAE reconstructs.
    ///
    /// @throws UsageException if it is not known
    Hook writes() {
        return hook(output, "its output belongs to");
    }

    private static Hook hook(@Nullable String name, String what) {
        if (name == null) {
            throw new UsageException("the SAE does not say which hook %s: give it".formatted(what));
        }
        return Hook.parse(name);
    }

    /// Checks that a model has a hook of an SAE's width.
    static void check(LanguageModel model, Hook hook, int width) {
        model.checkHook(hook);
        if (model.width(hook) != width) {
            throw new UsageException(
                    "the SAE is made for activations of width %d, but %s has width %d at %s: is it of another model?"
                            .formatted(width, model.name(), model.width(hook), hook));
        }
    }
}
