package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Tokenizers against the library that wrote them, one test per recorded model.
@Tag("fixtures-models")
class TokenizerFixturesTest {
    @TestFactory
    Stream<DynamicTest> encodesAndDecodesAsRecorded() {
        List<FamilyCase> cases =
                FamilyCase.all().stream().filter(c -> c.has("tokenizer_cases.json")).toList();
        assertThat(cases).isNotEmpty();
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(FamilyCase c) throws Exception {
        JsonNode recorded = Json.readObject(c.folder().resolve("tokenizer_cases.json"));
        try (var tokenizer = Tokenizer.open(c.folder().resolve("tokenizer.json"))) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(recorded.get("vocab_size").asInt());
            for (var special : recorded.get("special_tokens").properties()) {
                int id = special.getValue().asInt();
                assertThat(tokenizer.isSpecial(id)).as(special.getKey()).isTrue();
                assertThat(tokenizer.token(id)).isEqualTo(special.getKey());
            }
            assertThat(tokenizer.bos().isPresent())
                    .as("puts BOS in front")
                    .isEqualTo(c.json().get("adds_bos").asBoolean());
            List<String> texts = new ArrayList<>();
            List<Encoded> encoded = new ArrayList<>();
            for (JsonNode each : recorded.get("cases")) {
                checkShort(tokenizer, each);
                texts.add(each.get("text").asString());
                encoded.add(tokenizer.encode(texts.getLast()));
            }
            assertThat(tokenizer.encodeAll(texts)).usingRecursiveComparison().isEqualTo(encoded);
            for (JsonNode each : recorded.get("decode_cases")) {
                assertThat(tokenizer.decode(RecordedTokens.ints(each.get("ids"))))
                        .isEqualTo(each.get("decoded_skip_special").asString());
            }
            for (JsonNode each : recorded.get("long_cases")) {
                checkLong(tokenizer, each);
            }
        }
    }

    private static void checkShort(Tokenizer tokenizer, JsonNode each) {
        String text = each.get("text").asString();
        Encoded got = tokenizer.encode(text);
        assertThat(got.ids()).as(text).containsExactly(RecordedTokens.ints(each.get("ids")));
        int[] plain =
                RecordedTokens.ints(
                        each.path(each.has("ids_no_special") ? "ids_no_special" : "ids"));
        assertThat(tokenizer.encodePlain(text).ids()).as(text).containsExactly(plain);
        assertThat(tokenizer.decode(got.ids()))
                .isEqualTo(each.get("decoded_skip_special").asString());
        RecordedTokens.checkStream(tokenizer, got.ids());
        for (int i = 0; i < got.size(); i++) {
            JsonNode span = each.get("offsets").get(i);
            int from = span.get(0).asInt();
            int to = span.get(1).asInt();
            if (from == to) { // an empty span may stand anywhere
                assertThat(got.end()[i]).isEqualTo(got.start()[i]);
            } else {
                assertThat(got.start()[i]).isEqualTo(text.offsetByCodePoints(0, from));
                assertThat(got.end()[i]).isEqualTo(text.offsetByCodePoints(0, to));
            }
        }
    }

    private static void checkLong(Tokenizer tokenizer, JsonNode each) throws Exception {
        var text = new StringBuilder();
        for (JsonNode part : each.get("parts")) {
            text.append(part.get(0).asString().repeat(part.get(1).asInt()));
        }
        Encoded got = tokenizer.encode(text.toString());
        assertThat(got.size()).isEqualTo(each.get("count").asInt());
        assertThat(sha256(got.ids())).isEqualTo(each.get("ids_sha256").asString());
        int[] offsets = new int[2 * got.size()];
        for (int i = 0; i < got.size(); i++) {
            offsets[2 * i] = text.codePointCount(0, got.start()[i]);
            offsets[2 * i + 1] = text.codePointCount(0, got.end()[i]);
        }
        assertThat(sha256(offsets)).isEqualTo(each.get("offsets_sha256").asString());
    }

    private static String sha256(int[] values) throws Exception {
        var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
        return HexFormat.of().formatHex(digest);
    }
}
