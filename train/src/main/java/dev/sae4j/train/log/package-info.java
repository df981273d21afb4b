/// What a training run leaves to read: lines of JSON and TensorBoard event files. Both go on after
/// a stop as if there had been none: what was logged behind the resumed step is cut off.
@NullMarked
package dev.sae4j.train.log;

import org.jspecify.annotations.NullMarked;
