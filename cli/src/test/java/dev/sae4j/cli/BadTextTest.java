package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.lm.LanguageModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class BadTextTest {
    @TempDir Path dir;

    private Path text(byte[] bytes) throws IOException {
        return Files.write(dir.resolve("notes.txt"), bytes);
    }

    private Path text(String text) throws IOException {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    private Ran harvest(Object data, Object... more) {
        Object[] words = {
            "harvest",
            "--model",
            TinyModel.whole(),
            "--hook",
            "resid_post.1",
            "--tokens",
            100_000,
            "--data",
            data,
            "--out",
            dir.resolve("store")
        };
        Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Ran.sae4j(all);
    }

    private void refused(int code, Object data, String... parts) {
        harvest(data).failed(code, parts);
        Ran.sae4j("quickstart", "--data", data, "--out", dir.resolve("store")).failed(code, parts);
        assertThat(Ran.names(dir.resolve("store"))).isEmpty();
        Ran.assertNothingHalfWritten(dir);
    }

    @Test
    void refusesFilesWithoutText() throws IOException {
        refused(1, text(""), "notes.txt] holds no text: expected one document a line");
        refused(1, text("\n \n\t\n"), "notes.txt] holds no text: expected one document a line");
    }

    @Test
    void saysWhereAFileIsNotUtf8() throws IOException {
        refused(
                1,
                text("caf\u00e9".getBytes(StandardCharsets.ISO_8859_1)),
                "notes.txt] is not UTF-8 text: byte 0xe9 at offset 3 (line 1); convert it first");
    }

    @Test
    void leavesNothingIfALaterLineIsNotUtf8() throws IOException {
        byte[] good = "the stone bridge\n".repeat(9_000).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = java.util.Arrays.copyOf(good, good.length + 1);
        bytes[good.length] = (byte) 0xff;
        harvest(text(bytes)).failed(1, "notes.txt] is not UTF-8 text: byte 0xff", "(line 9001)");
        assertThat(Ran.names(dir)).containsExactly("notes.txt");
    }

    @Test
    void refusesBinaryFiles() throws IOException {
        refused(1, text(new byte[] {'a', 0, 1, 2}), "notes.txt] holds a zero byte in line 1");
    }

    @Test
    void listsTheColumnsWhereTheOneIsMissing() throws IOException {
        Path csv = Files.writeString(dir.resolve("notes.csv"), "id,body\n1,a bridge\n");
        harvest(csv, "--text-column", "text")
                .failed(
                        1,
                        "notes.csv] has no column 'text' (--text-column); its columns are id (",
                        "body (");
        Path json = Files.writeString(dir.resolve("notes.jsonl"), "{\"a\": \"b\", \"c\": \"d\"}\n");
        harvest(json)
                .failed(
                        1,
                        "notes.jsonl] has no column 'text' and not exactly one column of strings: name one with --text-column; its columns are a (",
                        "c (");
        assertThat(Ran.names(dir)).containsExactly("notes.csv", "notes.jsonl");
    }

    @Test
    void countsDocumentsWithoutText() throws IOException {
        String words = "the stone bridge over the river";
        Path file = text("\n \n" + words + "\n\n" + words + "\n\n\t\n\n");
        for (String rule : new String[] {"--truncate", "--pack=stream"}) {
            JsonNode json = harvest(file, rule, "--json").json();
            assertThat(json.path("counts").path("documents").asInt()).isEqualTo(2);
            assertThat(json.path("counts").path("empty_documents").asInt()).isEqualTo(6);
        }
        assertThat(harvest(file).ok().out()).contains("6 empty documents");
    }

    @Test
    void namesTheWaysToPackAsTheHelpDoes() throws IOException {
        harvest(text("a stone bridge\n"), "--pack", "tight")
                .failed(2, "--pack 'tight': give stream, saelens or sparsify\n");
        harvest(text("a stone bridge\n"), "--pack", "split")
                .failed(2, "--pack 'split': give stream, saelens or sparsify\n");
    }

    @Test
    void refusesWhatIsNoText() {
        refused(1, dir.resolve("none.txt"), "none.txt] does not exist");
        refused(1, "notes.parquet", "notes.parquet] does not exist");
        refused(2, "notes.pdf", "data 'notes.pdf' is not known: give wordnet");
    }

    @Test
    void splitsDocumentsLongerThanTheContextAndCountsThem() throws IOException {
        String line = "The quiet river follows the stone bridge, it's said. ".repeat(12).strip();
        Path file = text(line + "\na short one\n" + line + "\n");
        int tokens;
        try (var model = LanguageModel.open(TinyModel.whole())) {
            tokens =
                    2 * model.tokenizer().encode(line).ids().length
                            + model.tokenizer().encode("a short one").ids().length;
        }
        JsonNode json = harvest(file, "--context", 32, "--exclude", "none", "--json").json();
        assertThat(json.path("rows").asInt()).as("no token is lost").isEqualTo(tokens);
        assertThat(json.path("counts").path("documents").asInt()).isEqualTo(3);
        assertThat(json.path("counts").path("split_documents").asInt()).isEqualTo(2);
        Ran people = harvest(file, "--context", 32, "--exclude", "none").ok();
        assertThat(people.out()).contains(tokens + " rows from 3 documents", "2 split");
        assertThat(people.err())
                .contains("warning: the text ended after " + tokens + " of 100000 rows");
    }

    @Test
    void refusesContextsThatTheModelCannotRead() throws IOException {
        harvest(text("a stone bridge\n"), "--context", 300)
                .failed(2, "context 300 is more than llama can read: at most 256 tokens");
        harvest(text("a stone bridge\n"), "--context", 1)
                .failed(2, "context must be at least 2 tokens, got 1");
        assertThat(Ran.names(dir)).containsExactly("notes.txt");
    }

    @Test
    void refusesTextWithoutAnythingToKeep() throws IOException {
        harvest(text("a\nb\n")).failed(1, "no activations were kept", "--exclude");
        assertThat(Ran.names(dir)).containsExactly("notes.txt");
    }

    @Test
    void wantsEnoughDocumentsToHoldSomeOut() throws IOException {
        Ran.sae4j("quickstart", "--data", text("one\ntwo\n"), "--out", dir.resolve("out"))
                .failed(
                        1,
                        "notes.txt has too few documents: one in 20 is held out to measure on, so give at least 100 lines");
        assertThat(Ran.names(dir)).containsExactly("notes.txt");
    }
}
