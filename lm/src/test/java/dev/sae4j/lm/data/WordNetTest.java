package dev.sae4j.lm.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordNetTest {
    /// SHA-256 of all documents, each followed by a line feed, in the order of the files: what the
    /// script that trained the demo model reads from the same jar.
    private static final String TRAIN_SHA256 =
            "c21b9eb1843044cfcba8276d01c359f10874e579d7581fe9722289564dae6ac2";

    private static final String HELD_OUT_SHA256 =
            "3d2cb2faf2ee272fbf56d8dec04279d098b527b0e8b952e522427b58fa8e2dc6";

    private static final String ENTITY =
            "entity: that which is perceived or known or inferred to have its own distinct existence (living or nonliving)";

    private static final String FIRST =
            "traverse, deny: deny formally (an allegation of fact by the opposing party) in a legal suit";

    @Test
    void readsWhatTheDemoModelWasTrainedOn() throws Exception {
        List<String> train = WordNet.texts(WordNet.Split.TRAIN);
        assertThat(train).hasSize(115_416).startsWith(ENTITY);
        assertThat(sha256(train)).isEqualTo(TRAIN_SHA256);
        assertThat(train)
                .contains(
                        "untheatrical: not suited to or characteristic of the stage or theater; \"a well-written but untheatrical play\"; \"an untheatrical personality\"",
                        "medical bill, doctor's bill: statement of charges for medical services");
    }

    @Test
    void holdsOutWhatTheDemoModelHasNotSeen() throws Exception {
        List<String> heldOut = WordNet.texts(WordNet.Split.HELD_OUT);
        assertThat(heldOut).hasSize(2_375);
        assertThat(sha256(heldOut)).isEqualTo(HELD_OUT_SHA256);
        assertThat(heldOut.getLast())
                .isEqualTo(
                        "southeastward, southeastwardly: in a southeastward direction; \"the river flows southeastward to the gulf\"");
    }

    @Test
    void cutsMarkersOffAdjectivesAndNamesALemmaOnce() {
        assertThat(
                        WordNet.document(
                                "00001740 00 a 03 well_read(p) 0 well_read(a) 0 Up(ip) 1 001 = 1 n 0 | having read   much;  \"a (p) man\"  "))
                .isEqualTo("well read, Up: having read much; \"a (p) man\"");
    }

    @Test
    void comesInAnOrderThatIsFairAndNeverChanges() {
        List<String> texts = texts(TextSource.open("wordnet"));
        assertThat(texts).hasSize(115_416).isEqualTo(texts(WordNet.source(WordNet.Split.TRAIN)));
        assertThat(texts).startsWith(FIRST);
        assertThat(texts(WordNet.shuffled(WordNet.Split.TRAIN, 2)).getFirst()).isNotEqualTo(FIRST);
        // a fair sample of 1000 has 300 documents of the last 30 % (verbs, adjectives, adverbs),
        // with a
        // deviation of 14
        List<String> files = WordNet.texts(WordNet.Split.TRAIN);
        var ofTheEnd = new java.util.HashSet<>(files.subList(files.size() * 7 / 10, files.size()));
        assertThat(texts.subList(0, 1000).stream().filter(ofTheEnd::contains).count())
                .isBetween(240L, 360L);
    }

    @Test
    void theHeldOutPartHasANameOfItsOwn() {
        TextSource source = TextSource.open("wordnet-held-out");
        assertThat(source.name()).isEqualTo("wordnet-held-out");
        assertThat(texts(source)).hasSize(2_375);
    }

    private static List<String> texts(TextSource source) {
        List<String> texts = new ArrayList<>();
        source.forEach(document -> {
            assertThat(document.number()).isEqualTo(texts.size());
            texts.add(document.text());
        });
        return texts;
    }

    private static String sha256(List<String> texts) throws NoSuchAlgorithmException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        texts.forEach(text -> sha.update((text + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(sha.digest());
    }
}
