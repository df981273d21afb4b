/// One training step on the CPU, sparse first: the encoder's product is the only dense one; decode,
/// backward pass and gradients touch active features only. Gradients are derived by hand. Pieces of
/// work own what they write, so the result is the same, bit for bit, on any number of threads.
@NullMarked
package dev.sae4j.train.engine;

import org.jspecify.annotations.NullMarked;
