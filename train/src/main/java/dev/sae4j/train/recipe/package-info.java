/// What a training run is, written down: architecture, start, loss, optimiser, schedule, data. A
/// recipe is a small YAML file; the records here are its parts, one a file, and name what each part
/// means and where its variants come from.
@NullMarked
package dev.sae4j.train.recipe;

import org.jspecify.annotations.NullMarked;
