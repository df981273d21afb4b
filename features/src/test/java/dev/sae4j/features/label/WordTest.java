package dev.sae4j.features.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sae4j.features.collect.TinyText;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordTest {
    private final TinyText text = new TinyText();

    @Test
    void joinsWordsThatAreSpreadOverTokens() {
        int[] tokens = text.tokens("<bos>| Vio|lin|,| the| player|'s| 2|nd| air)| (x");
        List<Word> words = Word.of(tokens, tokens.length, text);

        assertThat(words)
                .containsExactly(
                        new Word("violin", 1, 2),
                        new Word("the", 4, 4),
                        new Word("player's", 5, 6),
                        new Word("2nd", 7, 8),
                        new Word("air", 9, 9),
                        new Word("x", 10, 10));
        assertThat(Word.indexAt(words, 2)).isZero();
        assertThat(Word.indexAt(words, 3)).isEqualTo(-1);
    }

    @Test
    void yearsOfACenturyAreOneWord() {
        int[] tokens = text.tokens(" 19|45| 2011| 3000| 12");
        assertThat(Word.of(tokens, tokens.length, text))
                .extracting(Word::text)
                .containsExactly("19xx", "20xx", "3000", "12");
    }

    @Test
    void countsWordsAndEndingsOfTheCorpus() {
        var corpus = new CorpusWords();
        int[] tokens = text.tokens(" singing| a| ring| song");
        corpus.add(tokens, 3, text);
        var other = new CorpusWords();
        other.add(tokens, 4, text);
        corpus.merge(other);

        assertThat(corpus.total()).isEqualTo(7);
        assertThat(corpus.count("ring")).isEqualTo(2);
        assertThat(corpus.count("nothing")).isZero();
        assertThat(corpus.endings()).containsEntry("ng", 5 / 7.0).containsEntry("ing", 2 / 7.0);
    }

    @Test
    void knowsFormsOfAWord() {
        assertThat(Stems.same("river", "rivers")).isTrue();
        assertThat(Stems.same("run", "running")).isTrue();
        assertThat(Stems.same("baby", "babies")).isTrue();
        assertThat(Stems.same("song", "singer")).isFalse();
        assertThat(Stems.same("is", "i")).isFalse();
        assertThat(Stems.related("egypt", "egyptian")).isTrue();
        assertThat(Stems.related("air", "aircraft")).isTrue();
        assertThat(Stems.related("song", "son")).isTrue();
        assertThat(Stems.related("song", "sing")).isFalse();
    }

    /// Worked out by hand: y = 8 of 400, Y = 800 of 800,000; prior 50 · 800 / 800,001 = 0.05.
    @Test
    void logOddsAreThoseOfMonroe() {
        double here = Math.log(8.05 / (450 - 8.05));
        double there = Math.log(800.05 / (800_051 - 800.05));
        double z = (here - there) / Math.sqrt(1 / 8.05 + 1 / 800.05);

        assertThat(LogOdds.z(8, 400, 800, 800_000)).isCloseTo(z, within(1e-6));
        assertThat(z).isBetween(8.0, 8.5);
    }

    @Test
    void aWordAsFrequentAsInTheCorpusDoesNotStandOut() {
        assertThat(LogOdds.z(4, 400, 8000, 800_000)).isCloseTo(0, within(1e-3));
        assertThat(LogOdds.z(3, 3, 3, 3)).isFinite();
    }
}
