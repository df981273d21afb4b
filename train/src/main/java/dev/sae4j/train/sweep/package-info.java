/// Sweeps: a file that says many recipes at once, the training of all of them over the same
/// activations, and tables of what came of it.
@NullMarked
package dev.sae4j.train.sweep;

import org.jspecify.annotations.NullMarked;
