/// Families of decoders: how each one's `config.json` turns into a [dev.sae4j.lm.family.DecoderSpec]
/// and what its tensors are called. A family is data: the code that runs it is the same for all.
@NullMarked
package dev.sae4j.lm.family;

import org.jspecify.annotations.NullMarked;
