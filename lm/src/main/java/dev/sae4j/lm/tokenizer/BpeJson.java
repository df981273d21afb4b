package dev.sae4j.lm.tokenizer;

/// Writes the `tokenizer.json` of a byte-pair encoding. All parts but vocabulary and merges are JSON
/// of the library's own kinds.
///
/// @param normalizer what is done to the text first, or `null`
/// @param preTokenizer how it is cut into words, or `null`
/// @param postProcessor what is added to the tokens, or `null`
/// @param decoder how tokens become text again
/// @param model members of `model` but `type`, `vocab` and `merges`
record BpeJson(
        String normalizer,
        String preTokenizer,
        String postProcessor,
        String decoder,
        String model) {
    /// The word `null` of JSON.
    static final String NONE = "null";

    /// @param addedTokens JSON list
    /// @param vocab JSON object from text to id
    /// @param merges JSON list of pairs, first come first
    String text(CharSequence addedTokens, CharSequence vocab, CharSequence merges) {
        return "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":"
                + addedTokens
                + ",\"normalizer\":"
                + normalizer
                + ",\"pre_tokenizer\":"
                + preTokenizer
                + ",\"post_processor\":"
                + postProcessor
                + ",\"decoder\":"
                + decoder
                + ",\"model\":{\"type\":\"BPE\","
                + model
                + ",\"vocab\":"
                + vocab
                + ",\"merges\":"
                + merges
                + "}}";
    }

    /// Appends a string with its quotes.
    static void quote(StringBuilder out, String text) {
        out.append('"');
        int done = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                out.append(text, done, i);
                out.append(c < ' ' ? "\\u%04x".formatted((int) c) : "\\" + c);
                done = i + 1;
            }
        }
        out.append(text, done, text.length()).append('"');
    }

    static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2);
        quote(out, text);
        return out.toString();
    }

    /// A vocabulary whose ids are places.
    static StringBuilder vocab(String[] tokens) {
        var out = new StringBuilder(16 * tokens.length).append('{');
        for (int id = 0; id < tokens.length; id++) {
            if (id > 0) {
                out.append(',');
            }
            quote(out, tokens[id]);
            out.append(':').append(id);
        }
        return out.append('}');
    }

    /// Appends one merge to a list begun with `[`.
    static void merge(StringBuilder out, String left, String right) {
        out.append(out.length() > 1 ? ",[" : "[");
        quote(out, left);
        out.append(',');
        quote(out, right);
        out.append(']');
    }

    /// A post-processor that puts tokens before and behind every text; each may be empty.
    static String template(Added before, Added behind) {
        if (before.text().isEmpty() && behind.text().isEmpty()) {
            return NONE;
        }
        String first = before.item();
        String last = behind.item();
        String text = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
        String single =
                (first.isEmpty() ? "" : first + ",") + text + (last.isEmpty() ? "" : "," + last);
        String one = before.described();
        String two = behind.text().equals(before.text()) ? "" : behind.described();
        return "{\"type\":\"TemplateProcessing\",\"single\":["
                + single
                + "],\"pair\":["
                + single
                + ","
                + text.replace("\"A\"", "\"B\"")
                + "],\"special_tokens\":{"
                + one
                + (one.isEmpty() || two.isEmpty() ? "" : ",")
                + two
                + "}}";
    }

    /// A token put beside a text.
    ///
    /// @param text empty for none
    record Added(String text, int id) {
        static final Added NOTHING = new Added("", -1);

        private String item() {
            return text.isEmpty()
                    ? ""
                    : "{\"SpecialToken\":{\"id\":" + quoted(text) + ",\"type_id\":0}}";
        }

        private String described() {
            return text.isEmpty()
                    ? ""
                    : "%s:{\"id\":%1$s,\"ids\":[%d],\"tokens\":[%1$s]}".formatted(quoted(text), id);
        }
    }
}
