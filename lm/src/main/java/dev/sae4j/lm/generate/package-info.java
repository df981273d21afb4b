/// Writes on from a prompt, token by token, while features are steered or taken away: a
/// [dev.sae4j.lm.generate.Generator] runs the model, an [dev.sae4j.lm.generate.Intervention] changes
/// its inner state on the way.
@NullMarked
package dev.sae4j.lm.generate;

import org.jspecify.annotations.NullMarked;
