package dev.sae4j.lm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.testing.Gen;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// On a vocabulary whose tokens are bytes, id 256 a special token without text.
class DetokenizerTest {
    private static final int SPECIAL = 256;

    private final Detokenizer stream = new Detokenizer(DetokenizerTest::decode);

    private static String decode(int[] ids) {
        int[] real = IntStream.of(ids).filter(id -> id != SPECIAL).toArray();
        byte[] bytes = new byte[real.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) real[i];
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int[] bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xff).toArray();
    }

    @Test
    void aCharacterWaitsUntilItIsComplete() {
        int[] emoji = bytes("😀");
        assertThat(stream.next('a')).isEqualTo("a");
        assertThat(stream.next(emoji[0])).isEmpty();
        assertThat(stream.next(emoji[1])).isEmpty();
        assertThat(stream.next(emoji[2])).isEmpty();
        assertThat(stream.next(emoji[3])).isEqualTo("😀");
        assertThat(stream.rest()).isEmpty();
    }

    @Test
    void whatIsNeverCompletedComesAtTheEnd() {
        assertThat(stream.next('a')).isEqualTo("a");
        assertThat(stream.next(0xF0)).isEmpty();
        assertThat(stream.rest()).isEqualTo("\uFFFD");
        assertThat(stream.rest()).isEmpty();
    }

    @Test
    void textBehindBrokenBytesIsNotHeldBack() {
        assertThat(stream.next(0xFF)).isEmpty();
        assertThat(stream.next('b')).isEqualTo("\uFFFDb");
        var text = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            text.append(stream.next(0xFF));
        }
        assertThat(text).hasSizeBetween(150, 200);
    }

    @Test
    void specialTokensShowNothing() {
        for (int i = 0; i < 300; i++) {
            assertThat(stream.next(SPECIAL)).isEmpty();
            assertThat(stream.next('x')).isEqualTo("x");
            assertThat(stream.next(SPECIAL)).isEmpty();
        }
        for (int i = 0; i < 300; i++) {
            assertThat(stream.next(SPECIAL)).isEmpty();
        }
        assertThat(stream.next('y')).isEqualTo("y");
    }

    @Test
    void showsNothingOfWhatStandsBefore() {
        var behind = new Detokenizer(DetokenizerTest::decode, bytes("some text before it is long"));
        assertThat(behind.next('x')).isEqualTo("x");
    }

    /// Byte tokens of SentencePiece count as a whole: one wrong byte spoils those before it.
    @Test
    void goesOnWhenBytesThatWereShownTurnOutToBeNone() {
        var strict =
                new Detokenizer(ids -> {
                    String text = decode(ids);
                    return text.contains("\uFFFD") && !text.contains("b")
                            ? "\uFFFD".repeat(ids.length)
                            : text;
                });
        assertThat(strict.next('a')).isEqualTo("a");
        assertThat(strict.next(0xFF)).isEmpty();
        assertThat(strict.next('b')).isEqualTo("\uFFFDb");
        assertThat(strict.next('c')).isEqualTo("c");
    }

    @Test
    void allTextsTogetherAreTheTextOfAllTokens() {
        Gen.forAll(
                200,
                random -> {
                    var text = new StringBuilder();
                    for (int i = random.nextInt(60); i > 0; i--) {
                        text.appendCodePoint(
                                switch (random.nextInt(4)) {
                                    case 0 -> random.nextInt(0x20, 0x7f);
                                    case 1 -> random.nextInt(0xa0, 0x800);
                                    case 2 -> random.nextInt(0x3000, 0xd800);
                                    default -> random.nextInt(0x10000, 0x20000);
                                });
                    }
                    var fresh = new Detokenizer(DetokenizerTest::decode);
                    assertThat(RecordedTokens.streamed(fresh, bytes(text.toString())))
                            .isEqualTo(text.toString());
                });
    }
}
