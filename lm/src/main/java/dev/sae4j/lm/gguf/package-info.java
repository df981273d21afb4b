/// Models in GGUF files: finding and opening them, and saying what their metadata means in the words
/// of a Hugging Face `config.json`, which [dev.sae4j.lm.family] reads. Knows no family by name.
@NullMarked
package dev.sae4j.lm.gguf;

import org.jspecify.annotations.NullMarked;
