/// SAE files of other people and our own: each format is one [CheckpointFormat], found by what the
/// files contain.
@NullMarked
package dev.sae4j.checkpoint;

import org.jspecify.annotations.NullMarked;
