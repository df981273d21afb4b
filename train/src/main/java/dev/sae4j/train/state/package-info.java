/// The state of a training run on disk: what the loop needs to go on where it was, saved so that
/// being killed at any instant loses nothing but the work since the last save.
@NullMarked
package dev.sae4j.train.state;

import org.jspecify.annotations.NullMarked;
