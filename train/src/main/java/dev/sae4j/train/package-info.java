/// Training of sparse autoencoders: the recipe that says what to do, the trainer that does it, and
/// what it reports on the way. The arithmetic of a step is in [dev.sae4j.train.engine], the
/// measures of the result are in [dev.sae4j.train.metric].
@NullMarked
package dev.sae4j.train;

import org.jspecify.annotations.NullMarked;
