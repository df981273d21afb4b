package dev.sae4j.lm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
    @TempDir Path dir;

    @Test
    void readsOneDocumentALineAndSkipsLinesWithoutText() throws IOException {
        TextSource source =
                TextSource.open(write("\ufeffone two\r\n\n  \nthrée 😀\nlast").toString());
        assertThat(source.name()).isEqualTo("text.txt");
        assertThat(read(source))
                .containsExactly(
                        new Document(0, "one two"),
                        new Document(3, "thrée 😀", 2),
                        new Document(4, "last"));
        assertThat(read(source)).as("a second time").hasSize(3);
    }

    @Test
    void readsLinesLongerThanItsBuffer() throws IOException {
        String line = "ä".repeat(100_000);
        assertThat(read(TextSource.open(write(line + "\n" + line + "\n").toString())))
                .extracting(Document::text)
                .containsExactly(line, line);
    }

    @Test
    void refusesAFileWithoutText() throws IOException {
        for (String text : List.of("", "\n \n\t\n", "\ufeff")) {
            refuses(write(text), "text.txt] holds no text: expected one document a line");
        }
    }

    @Test
    void saysWhereAFileIsNotUtf8() throws IOException {
        Path file = dir.resolve("text.txt");
        Files.write(file, "fine\nna\u00efve\n".getBytes(StandardCharsets.ISO_8859_1));
        TextSource source = TextSource.open(file.toString());
        assertThatThrownBy(() -> read(source))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "text.txt] is not UTF-8 text: byte 0xef at offset 7 (line 2); convert it first");
    }

    @Test
    void refusesACharacterThatIsCutShort() throws IOException {
        Path file = dir.resolve("text.txt");
        Files.write(file, new byte[] {'a', (byte) 0xc3});
        refuses(file, "is not UTF-8 text: byte 0xc3 at offset 1 (line 1)");
    }

    @Test
    void refusesBinaryFiles() throws IOException {
        refuses(write("PK\0\0"), "text.txt] holds a zero byte in line 1: a binary file, or UTF-16");
    }

    @Test
    void refusesUtf16() throws IOException {
        Path file = dir.resolve("text.txt");
        Files.write(file, "words".getBytes(StandardCharsets.UTF_16));
        refuses(file, "is not UTF-8 text: byte 0xfe at offset 0 (line 1)");
    }

    @Test
    void refusesMissingFilesAndFolders() throws IOException {
        refuses(dir.resolve("none.txt"), "none.txt] does not exist");
        refuses(
                Files.createDirectory(dir.resolve("folder.txt")),
                "folder.txt] is a folder: expected a file of one document a line");
    }

    @Test
    void refusesOtherKindsOfDataSayingWhatWorks() {
        for (String data : List.of("corpus.pdf", "wikipedia", "")) {
            assertThatThrownBy(() -> TextSource.open(data))
                    .isInstanceOf(UsageException.class)
                    .hasMessage(
                            "data '%s' is not known: give wordnet, wordnet-held-out, a file (.txt, .text, .jsonl, .ndjson, .json, .csv, .tsv, .parquet; also .gz, .zst), a folder of such files or a pattern"
                                    .formatted(data));
        }
    }

    private void refuses(Path file, String message) {
        assertThatThrownBy(() -> TextSource.open(file.toString()))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("text.txt"), text);
    }

    private static List<Document> read(TextSource source) {
        List<Document> documents = new ArrayList<>();
        source.forEach(documents::add);
        return documents;
    }
}
