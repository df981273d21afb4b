/// What a [dev.sae4j.lm.Tokenizer] is made of. Whatever files describe a vocabulary, they become the
/// text of one `tokenizer.json` ([dev.sae4j.lm.tokenizer.TokenizerSource]), which one library runs
/// ([dev.sae4j.lm.tokenizer.LibraryTokenizer]).
@NullMarked
package dev.sae4j.lm.tokenizer;

import org.jspecify.annotations.NullMarked;
