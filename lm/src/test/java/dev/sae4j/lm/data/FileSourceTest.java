package dev.sae4j.lm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.chat.ChatTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that Python's tools have written (`make.py` beside them), and damaged ones.
class FileSourceTest {
    private static final ChatTemplate CHAT =
            ChatTemplate.of(
                    "{% for m in messages %}{{ m.role + ':' + m.content + ';' }}{% endfor %}",
                    Map.of());

    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docs.txt", "docs.txt.gz", "docs.txt.zst", "docs.jsonl", "docs.jsonl.gz",
                "docs.jsonl.zst", "docs.json", "docs.csv", "docs.tsv", "docs.parquet"
            })
    void givesTheSameDocumentsWhateverTheKindOfFile(String name) throws IOException {
        TextSource source = open(copy(name), "text");
        String first = name.startsWith("docs.txt") ? "one, two" : "one,\ntwo";
        List<Document> all =
                List.of(
                        new Document(0, first),
                        new Document(2, "say \"hi\"", 1),
                        new Document(3, "thrée 😀"),
                        new Document(6, "a\ttab", 2),
                        new Document(7, "last"));
        assertThat(source.name()).isEqualTo(name);
        assertThat(source.documents()).containsExactlyElementsOf(all);
        for (int from = 0; from <= 9; from++) {
            int begin = from;
            List<Document> rest =
                    all.stream()
                            .filter(d -> d.number() >= begin)
                            .map(d ->
                                    new Document(
                                            d.number(),
                                            d.text(),
                                            Math.min(d.empty(), d.number() - begin)))
                            .toList();
            assertThat(source.documents(from)).as("from %d", from).containsExactlyElementsOf(rest);
        }
    }

    @Test
    void readsSeveralFilesAsOneInTheOrderOfTheirNames() throws IOException {
        Files.writeString(dir.resolve("b.txt"), "three\n\nfour\n");
        Files.writeString(dir.resolve("a.txt"), "one\ntwo\n");
        Files.writeString(dir.resolve(".hidden.txt"), "hidden\n");
        Files.writeString(dir.resolve("README.md"), "read me\n");
        List<Document> all =
                List.of(
                        new Document(0, "one"),
                        new Document(1, "two"),
                        new Document(2, "three"),
                        new Document(4, "four", 1));
        assertThat(TextSource.open(dir.toString()).documents()).containsExactlyElementsOf(all);
        assertThat(TextSource.open(dir + "/*.txt").documents()).containsExactlyElementsOf(all);
        assertThat(TextSource.open(dir + "/**/?.txt").documents()).containsExactlyElementsOf(all);
        TextSource turned =
                TextSource.ofFiles(
                        "turned",
                        List.of(dir.resolve("b.txt"), dir.resolve("a.txt")),
                        TextOptions.USUAL);
        assertThat(turned.name()).isEqualTo("turned");
        assertThat(turned.documents(2))
                .containsExactly(
                        new Document(2, "four"), new Document(3, "one"), new Document(4, "two"));
    }

    @Test
    void refusesFoldersThatDoNotSayWhatIsMeant() throws IOException {
        refuses(dir.toString(), null, "holds no data files (.txt");
        Files.writeString(dir.resolve("a.txt"), "one\n");
        Files.writeString(dir.resolve("info.json"), "{}");
        refuses(
                dir.toString(),
                null,
                "has files of several kinds, such as a.txt (one document a line) and info.json (JSON objects): give a pattern");
        assertThatThrownBy(() -> TextSource.open(dir + "/*.csv"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no data file fits");
    }

    @Test
    void takesTheColumnThatIsNamed() throws IOException {
        for (String name : List.of("docs.jsonl", "docs.csv", "docs.parquet")) {
            assertThat(open(copy(name), "source").documents().map(Document::text))
                    .containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7");
        }
        for (String name : List.of("chat.jsonl", "chat.parquet")) {
            assertThat(open(copy(name), "meta.note").documents().map(Document::text))
                    .containsExactly("n0", "n1", "n2");
        }
    }

    @Test
    void takesTheOnlyColumnOfStringsIfNoneIsCalledText() throws IOException {
        Path json =
                write(
                        "one.jsonl",
                        "{\"n\": 1, \"body\": null}\n\n{\"n\": 2, \"body\": \"b\"}\n{\"n\": 3}");
        assertThat(TextSource.open(json.toString()).documents())
                .as("one record without text before it, one behind it")
                .containsExactly(new Document(1, "b", 2));
        Path csv = write("one.csv", "\ufeffbody\nb\n");
        assertThat(TextSource.open(csv.toString()).documents())
                .containsExactly(new Document(0, "b"));
    }

    @Test
    void listsTheColumnsWhereTheOneThatIsMeantIsNotThere() throws IOException {
        refuses(
                copy("docs.jsonl").toString(),
                "body",
                "docs.jsonl] has no column 'body' (--text-column); its columns are id (number), text (string), source (string)");
        refuses(
                copy("docs.parquet").toString(),
                "body",
                "docs.parquet] has no column 'body' (--text-column); its columns are id (BIGINT), text (VARCHAR), source (VARCHAR)");
        refuses(
                copy("docs.csv").toString(),
                "body",
                "docs.csv] has no column 'body' (--text-column); its columns are id (string), text (string), source (string)");
        refuses(
                copy("docs.parquet").toString(),
                "id",
                "column 'id' holds neither text nor conversations; its columns are id (BIGINT)");
        refuses(
                write("two.jsonl", "{\"a\": \"x\", \"b\": \"y\", \"c\": [1]}").toString(),
                null,
                "has no column 'text' and not exactly one column of strings: name one with --text-column; its columns are a (string), b (string), c (list)");
    }

    @Test
    void makesTextOfConversations() throws IOException {
        for (String name : List.of("chat.jsonl", "chat.parquet", "sharegpt.jsonl")) {
            Path file = copy(name);
            assertThat(TextSource.open(file.toString(), new TextOptions(null, CHAT)).documents())
                    .containsExactly(
                            new Document(0, "user:Hi;assistant:Hello;"),
                            new Document(2, "user:1+1?;assistant:2;", 1));
            refuses(
                    file.toString(),
                    null,
                    "holds conversations, and the model has no chat template: give one with --chat-template FILE, or a column of text with --text-column");
        }
    }

    @Test
    void saysWhichConversationATemplateRefuses() throws IOException {
        var strict =
                ChatTemplate.of(
                        "{% if messages[0].content == '1+1?' %}{{ raise_exception('no sums') }}{% endif %}x",
                        Map.of());
        for (String name : List.of("chat.jsonl", "chat.parquet")) {
            TextSource source =
                    TextSource.open(copy(name).toString(), new TextOptions(null, strict));
            assertThatThrownBy(() -> source.documents().toList())
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageMatching("(?s).*(line 3|row 2).*refuses the conversation: no sums");
        }
    }

    @Test
    void saysWhereJsonIsDamaged() throws IOException {
        refuses(
                write("a.jsonl", "{\"text\": \"x\"}\n{\"text\": \"y\"\n{").toString(),
                null,
                "a.jsonl] line 3 is not JSON: ");
        refuses(
                write("b.jsonl", "{\"text\": \"x\"}\n\"y\"").toString(),
                null,
                "b.jsonl] line 2 holds value_string: expected objects");
        refuses(
                write("c.jsonl", "{\"text\": \"x\"}\n{\"text\": 7}").toString(),
                null,
                "c.jsonl] the object on line 2: 'text' holds number: expected text");
        refuses(
                write("d.json", "[{\"text\": \"x\"}").toString(),
                null,
                "d.json] line 1 is not JSON: ");
        refuses(write("e.json", "").toString(), null, "e.json] holds no text");
        Path latin = dir.resolve("f.jsonl");
        Files.write(latin, "{\"text\": \"\u00ef\"}".getBytes(StandardCharsets.ISO_8859_1));
        refuses(latin.toString(), null, "f.jsonl] line 1 is not JSON: Invalid UTF-8");
    }

    @Test
    void saysWhereCsvIsDamaged() throws IOException {
        refuses(
                write("a.csv", "").toString(),
                null,
                "a.csv] is empty: expected the names of the columns in line 1");
        refuses(
                write("b.csv", "text\n\"x\ny").toString(),
                null,
                "b.csv] cannot be read behind the record of line 1: ");
        refuses(
                write("c.csv", "text,n\nx,1\ny\n").toString(),
                null,
                "c.csv] cannot be read behind the record of line 2: ");
        refuses(
                write("d.csv", "text\nx\0\n").toString(),
                null,
                "d.csv] holds a zero byte in the record of line 2");
        Path latin = dir.resolve("e.csv");
        Files.write(latin, "text\n\u00ef\n".getBytes(StandardCharsets.ISO_8859_1));
        refuses(latin.toString(), null, "e.csv] is not UTF-8 text somewhere behind line 1");
    }

    @Test
    void refusesDamagedCompression() throws IOException {
        for (String name :
                List.of("docs.jsonl.gz", "docs.txt.gz", "docs.jsonl.zst", "docs.txt.zst")) {
            byte[] bytes = Files.readAllBytes(copy(name));
            Path cut = dir.resolve("cut-" + name);
            Files.write(cut, Arrays.copyOf(bytes, bytes.length - 12));
            refuses(cut.toString(), "text", "data is damaged or cut short");
            Path plain = dir.resolve("plain-" + name);
            Files.writeString(plain, "no compressed data at all");
            refuses(plain.toString(), "text", "data is damaged or cut short");
        }
    }

    @Test
    void refusesDamagedParquet() throws IOException {
        byte[] bytes = Files.readAllBytes(copy("docs.parquet"));
        Path cut = dir.resolve("cut.parquet");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        refuses(cut.toString(), null, "cut.parquet] cannot be read as Parquet: ");
        refuses(
                write("text.parquet", "text").toString(),
                null,
                "text.parquet] is not a Parquet file: it does not begin with PAR1");
        refuses(dir.resolve("none.parquet").toString(), null, "none.parquet] does not exist");
    }

    @Test
    void readsAFileWhoseNameHasLettersOfAPattern() throws IOException {
        Path odd = dir.resolve("it's [1] *.parquet");
        Files.copy(copy("docs.parquet"), odd);
        assertThat(TextSource.open(odd.toString()).documents()).hasSize(5);
    }

    private void refuses(String data, @Nullable String column, String message) {
        assertThatThrownBy(() -> open(data, column).documents().toList())
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    private static TextSource open(Path file, String column) {
        return open(file.toString(), column);
    }

    private static TextSource open(String data, @Nullable String column) {
        return TextSource.open(data, new TextOptions(column, null));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    private Path copy(String name) throws IOException {
        Path file = dir.resolve(name);
        try (InputStream in = FileSourceTest.class.getResourceAsStream(name)) {
            Files.write(file, java.util.Objects.requireNonNull(in, name).readAllBytes());
        }
        return file;
    }
}
