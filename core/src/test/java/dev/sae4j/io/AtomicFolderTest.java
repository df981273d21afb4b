package dev.sae4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
    @TempDir Path folder;

    @Test
    void appearsOnlyWhenComplete() throws IOException {
        Path target = folder.resolve("sae");
        try (var out = AtomicFolder.create(target)) {
            Files.writeString(out.path().resolve("a"), "new");
            assertThat(target).doesNotExist();
            out.commit();
        }
        assertThat(target.resolve("a")).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("sae");
    }

    @Test
    void replacesAnOlderFolderAsAWhole() throws IOException {
        Path target = folder.resolve("sae");
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old");
        try (var out = AtomicFolder.create(target)) {
            Files.writeString(out.path().resolve("a"), "new");
            assertThat(target.resolve("old")).exists();
            out.commit();
        }
        assertThat(target.toFile().list()).containsExactly("a");
        assertThat(folder.toFile().list()).containsExactly("sae");
    }

    @Test
    void leavesNothingWhenItFails() throws IOException {
        Path target = folder.resolve("sae");
        try (var out = AtomicFolder.create(target)) {
            Files.createDirectory(out.path().resolve("sub"));
            Files.writeString(out.path().resolve("sub").resolve("a"), "half");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFullDiskIsSaidAndLeavesNothing() {
        assertThatThrownBy(() ->
                        SafeFiles.write(
                                folder.resolve("x.bin"),
                                out -> {
                                    out.write(new byte[100_000]);
                                    throw new IOException("No space left on device");
                                }))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("x.bin] cannot be written: the disk is full");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownFolderIsAProperSentence() {
        assertThatThrownBy(() -> SafeFiles.writeString(Path.of("/proc/none/x"), "text"))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("cannot be written");
    }
}
