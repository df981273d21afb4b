package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Json;
import java.nio.file.Path;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/// Holds a tokenizer to the ids in a `tokenizer_cases.json`.
final class RecordedTokens {
    private RecordedTokens() {}

    static void check(Tokenizer tokenizer, Path casesFile) {
        JsonNode cases = Json.readObject(casesFile).get("cases");
        assertThat(cases).isNotEmpty();
        for (JsonNode each : cases) {
            String text = each.get("text").asString();
            int[] ids = ints(each.get("ids"));
            assertThat(tokenizer.encode(text).ids()).as(text).containsExactly(ids);
            checkStream(tokenizer, ids);
        }
    }

    /// Tokens that come one by one give the text of all of them, also behind others.
    static void checkStream(Tokenizer tokenizer, int[] ids) {
        assertThat(streamed(tokenizer.detokenizer(), ids)).isEqualTo(tokenizer.decode(ids));
        int[] before = tokenizer.encode("x").ids();
        int[] both = Arrays.copyOf(before, before.length + ids.length);
        System.arraycopy(ids, 0, both, before.length, ids.length);
        assertThat(tokenizer.decode(before) + streamed(tokenizer.detokenizer(before), ids))
                .isEqualTo(tokenizer.decode(both));
    }

    static String streamed(Detokenizer detokenizer, int... ids) {
        var text = new StringBuilder();
        for (int id : ids) {
            text.append(detokenizer.next(id));
        }
        return text.append(detokenizer.rest()).toString();
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }
}
