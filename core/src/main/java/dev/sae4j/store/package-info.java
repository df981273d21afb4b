/// Activations on their way from a language model to whoever needs them: the batch, the two ways to
/// walk through a set of them (in order, shuffled), and the store, a folder of safetensors shards
/// that any Python user can read too.
@NullMarked
package dev.sae4j.store;

import org.jspecify.annotations.NullMarked;
