/// A language model as seen from the inside: tokenizer, decoder with hooks, next-token losses.
/// [dev.sae4j.lm.LanguageModel] opens a model folder; [dev.sae4j.lm.ForwardPass] runs one batch
/// and reads or edits the stream at any [dev.sae4j.lm.Hook]. What a family's files look like is the
/// business of [dev.sae4j.lm.family].
@NullMarked
package dev.sae4j.lm;

import org.jspecify.annotations.NullMarked;
