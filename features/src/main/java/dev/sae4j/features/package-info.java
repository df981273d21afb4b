/// What is known of each feature of an SAE: one pass over a corpus makes a feature book, which is
/// written in the shapes that published explorers read and opened again from disk.
@NullMarked
package dev.sae4j.features;

import org.jspecify.annotations.NullMarked;
