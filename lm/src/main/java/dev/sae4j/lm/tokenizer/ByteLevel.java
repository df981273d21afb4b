package dev.sae4j.lm.tokenizer;

/// The shape of byte-level vocabularies (GPT-2 and most that came after): no unknown token, for
/// every byte is one.
final class ByteLevel {
    private static final String DECODER =
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}";

    private ByteLevel() {}

    /// @param postProcessor JSON, or `null`
    static BpeJson shape(PreTokenizers words, String postProcessor) {
        return new BpeJson(
                words.normalizer(),
                words.preTokenizer(),
                postProcessor,
                DECODER,
                "\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":false,\"byte_fallback\":false,\"ignore_merges\":"
                        + words.wholeWordsFirst());
    }
}
