/// Names for features, found without any model: the words that stand out among a feature's examples
/// against the whole corpus, and a stated rule for how far to trust them.
@NullMarked
package dev.sae4j.features.label;

import org.jspecify.annotations.NullMarked;
