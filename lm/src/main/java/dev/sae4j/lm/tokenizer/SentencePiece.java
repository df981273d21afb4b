package dev.sae4j.lm.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The shape of SentencePiece vocabularies (Llama 2, Gemma): a space is `▁`, and a character that is
/// no token is written as its bytes, `<0xE2>` and so on.
final class SentencePiece {
    static final char SPACE = '▁';

    private static final String TO_SPACES =
            "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}";

    private SentencePiece() {}

    /// @param prefix whether a space goes before every text
    /// @param unknown text of the unknown token, empty for none
    /// @param postProcessor JSON, or `null`
    static BpeJson shape(boolean prefix, String unknown, String postProcessor) {
        String normalizer =
                prefix
                        ? "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},%s]}"
                                .formatted(TO_SPACES)
                        : TO_SPACES;
        String decoder =
                "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"▁\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}%s]}"
                        .formatted(
                                prefix
                                        ? ",{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}"
                                        : "");
        return new BpeJson(
                normalizer,
                BpeJson.NONE,
                postProcessor,
                decoder,
                "\"dropout\":null,\"unk_token\":%s,\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":true,\"byte_fallback\":true,\"ignore_merges\":false"
                        .formatted(unknown.isEmpty() ? BpeJson.NONE : BpeJson.quoted(unknown)));
    }

    /// One way to make a token of two others.
    private record Merge(int token, int left, int right, int leftLength, int rightLength) {}

    /// The merges that follow from a vocabulary: every way to make a token of two others, those of
    /// better tokens first, and among equals the longer left part. This is how transformers makes a
    /// `tokenizer.json` of a SentencePiece model.
    ///
    /// @return JSON list
    static StringBuilder merges(String[] tokens, int[] types, float[] scores) {
        Map<String, Integer> ids = HashMap.newHashMap(tokens.length);
        for (int id = 0; id < tokens.length; id++) {
            if (isText(types[id])) {
                ids.put(tokens[id], id);
            }
        }
        List<Merge> merges = new ArrayList<>(4 * tokens.length);
        for (int id = 0; id < tokens.length; id++) {
            if (isText(types[id])) {
                cuts(tokens[id], id, ids, merges);
            }
        }
        merges.sort(
                Comparator.comparingDouble((Merge m) -> -scores[m.token])
                        .thenComparing(Comparator.comparingInt(Merge::leftLength).reversed())
                        .thenComparing(Comparator.comparingInt(Merge::rightLength).reversed()));
        var out = new StringBuilder(24 * merges.size() + 2).append('[');
        merges.forEach(m -> BpeJson.merge(out, tokens[m.left], tokens[m.right]));
        return out.append(']');
    }

    private static boolean isText(int type) {
        return type != GgufVocabulary.CONTROL
                && type != GgufVocabulary.UNKNOWN
                && type != GgufVocabulary.BYTE;
    }

    private static void cuts(String token, int id, Map<String, Integer> ids, List<Merge> merges) {
        int length = token.codePointCount(0, token.length());
        int leftLength = 0;
        for (int at = 0; at < token.length(); leftLength++) {
            if (at > 0) {
                Integer left = ids.get(token.substring(0, at));
                Integer right = left == null ? null : ids.get(token.substring(at));
                if (left != null && right != null) {
                    merges.add(new Merge(id, left, right, leftLength, length - leftLength));
                }
            }
            at += Character.charCount(token.codePointAt(at));
        }
    }
}
