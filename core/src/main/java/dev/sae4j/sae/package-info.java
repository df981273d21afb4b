/// What a sparse autoencoder is: its configuration, its weights, and the sparse codes it turns
/// activations into.
@NullMarked
package dev.sae4j.sae;

import org.jspecify.annotations.NullMarked;
