/// Harvesting: a language model runs over a text, and the activations at a hook are kept, in a
/// store, or those at several for whoever wants to see them go by. [dev.sae4j.lm.harvest.Harvest] does it.
@NullMarked
package dev.sae4j.lm.harvest;

import org.jspecify.annotations.NullMarked;
