/// What one walk over a corpus collects about the features of an SAE: statistics, the strongest
/// examples with their context, and what each decoder direction does to the logits. Everything
/// collected from two parts of a corpus can be merged.
@NullMarked
package dev.sae4j.features.collect;

import org.jspecify.annotations.NullMarked;
