/// Measures of a trained SAE, each with its formula: how well it reconstructs, how sparse it is, and
/// what the language model loses when it runs on the reconstruction. Sums are float64 over all
/// rows, never means of batch means.
@NullMarked
package dev.sae4j.train.metric;

import org.jspecify.annotations.NullMarked;
