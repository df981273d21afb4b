/// Files: tensors in safetensors containers, atomic writing, and the errors that tell a user what
/// is wrong with which file. Everything read here is hostile input: sizes are checked before memory
/// is taken, and nothing half-written is ever visible under its final name.
@NullMarked
package dev.sae4j.io;

import org.jspecify.annotations.NullMarked;
