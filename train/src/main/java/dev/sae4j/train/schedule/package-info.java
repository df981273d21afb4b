/// What changes from step to step of a training run by rule: the learning rate, the sparsity
/// coefficient, the exponent of the sparsity term, `k`. Steps count from 0. What cannot be computed
/// from the step alone gives its state to checkpoints as named numbers.
@NullMarked
package dev.sae4j.train.schedule;

import org.jspecify.annotations.NullMarked;
