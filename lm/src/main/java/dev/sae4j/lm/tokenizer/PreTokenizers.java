package dev.sae4j.lm.tokenizer;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How byte-level vocabularies cut a text into words, under the names that GGUF files have for it
/// (`tokenizer.ggml.pre`), as the `tokenizer.json` of the models does that these names come from.
///
/// @param normalizer JSON, or `null`
/// @param preTokenizer JSON
/// @param wholeWordsFirst whether a word that is a token needs no merges (`ignore_merges`)
/// @param addsBos whether BOS goes before a text if the file does not say
record PreTokenizers(
        String normalizer, String preTokenizer, boolean wholeWordsFirst, boolean addsBos) {
    private static final String NFC = "{\"type\":\"NFC\"}";
    private static final String GPT2_WORDS = byteLevel(true);
    private static final String SINGLE_DIGITS = "{\"type\":\"Digits\",\"individual_digits\":true}";

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String REST = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SIGNS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String CASED_WORDS =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+%1$s"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*%1$s";

    private static final String LLAMA3 = CONTRACTIONS + "|" + WORD + "|\\p{N}{1,3}" + SIGNS + REST;
    private static final String QWEN2 = CONTRACTIONS + "|" + WORD + "|\\p{N}" + SIGNS + REST;
    private static final String QWEN35 =
            CONTRACTIONS
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
                    + REST;
    private static final String TEKKEN =
            CASED_WORDS.formatted("") + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + REST;
    private static final String GPT4O =
            CASED_WORDS.formatted(CONTRACTIONS + "?")
                    + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
                    + REST;
    private static final String SEED_CODER =
            CONTRACTIONS + "|" + WORD + "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+" + REST;
    private static final String BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+";
    private static final String DEEPSEEK3_WORDS =
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
                    + REST;
    private static final String HAN = "[一-龥ࠀ-一가-퟿]+";

    private static final Map<String, PreTokenizers> BY_NAME = byName();

    /// What a file means that names none.
    static final String DEFAULT = "default";

    static Optional<PreTokenizers> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// All names, for messages.
    static String names() {
        return String.join(", ", BY_NAME.keySet());
    }

    private static Map<String, PreTokenizers> byName() {
        Map<String, PreTokenizers> all = new TreeMap<>();
        put(all, plain(GPT2_WORDS), "gpt-2 phi-2 gigachat a.x-4.0 mellum exaone4 jais trillion");
        put(all, new PreTokenizers(NFC, GPT2_WORDS, false, false), "olmo mpt");
        String digits = sequence(SINGLE_DIGITS, GPT2_WORDS);
        put(all, plain(digits), "smollm starcoder refact codeshell exaone minerva-7b mellum2");
        put(all, new PreTokenizers(NFC, digits, false, false), "command-r");
        String llama3 = split(LLAMA3);
        put(
                all,
                new PreTokenizers(BpeJson.NONE, llama3, true, true),
                "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2");
        put(all, plain(llama3), "dbrx smaug-bpe glm4 chatglm-bpe");
        put(
                all,
                new PreTokenizers(NFC, split(QWEN2), false, false),
                "qwen2 deepseek-r1-qwen megrez kormo f2llmv2");
        put(all, plain(split(QWEN2)), "stablelm2 hunyuan solar-open grok-2");
        put(all, new PreTokenizers(NFC, split(QWEN35), false, false), "qwen35");
        put(all, new PreTokenizers(BpeJson.NONE, split(TEKKEN), true, true), "tekken");
        put(all, plain(split(GPT4O)), "gpt-4o llama4 kanana2 minimax-m2");
        put(all, plain(split(SEED_CODER)), "seed-coder");
        put(all, plain(split(BLOOM)), "bloom gpt3-finnish poro-chat");
        put(all, plain(split(BLOOM, "\\p{N}")), "viking");
        put(
                all,
                plain(split("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", HAN, "\\p{N}")),
                "deepseek-coder");
        put(
                all,
                plain(split("\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK3_WORDS)),
                "deepseek-v3 hunyuan-dense");
        put(all, plain(falcon()), "falcon");
        put(all, plain(falcon()), DEFAULT);
        return all;
    }

    private static void put(Map<String, PreTokenizers> all, PreTokenizers value, String names) {
        for (String name : names.split(" ", -1)) {
            all.put(name, value);
        }
    }

    private static PreTokenizers plain(String preTokenizer) {
        return new PreTokenizers(BpeJson.NONE, preTokenizer, false, false);
    }

    private static String falcon() {
        return sequence(
                "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}",
                GPT2_WORDS,
                "{\"type\":\"Digits\",\"individual_digits\":false}",
                isolated("[0-9][0-9][0-9]"));
    }

    /// Cuts by one expression after the other, what each finds on its own, then goes to bytes.
    private static String split(String... expressions) {
        return sequence(
                Stream.concat(
                                Stream.of(expressions).map(PreTokenizers::isolated),
                                Stream.of(byteLevel(false)))
                        .toArray(String[]::new));
    }

    private static String isolated(String expression) {
        return "{\"type\":\"Split\",\"pattern\":{\"Regex\":%s},\"behavior\":\"Isolated\",\"invert\":false}"
                .formatted(BpeJson.quoted(expression));
    }

    /// @param words whether to cut by GPT-2's expression, which the library has built in
    private static String byteLevel(boolean words) {
        return "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":%s}"
                .formatted(words);
    }

    private static String sequence(String... parts) {
        return Stream.of(parts)
                .collect(
                        Collectors.joining(
                                ",", "{\"type\":\"Sequence\",\"pretokenizers\":[", "]}"));
    }
}
