package dev.sae4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/// Tells containers apart by their first bytes.
final class Containers {
    private static final int HEAD = 64;

    private Containers() {}

    static TensorFile open(Path file) {
        MappedFile mapped = MappedFile.open(file);
        return mapped.parse(Containers::read);
    }

    private static TensorFile read(MappedFile mapped) {
        MemorySegment bytes = mapped.bytes();
        byte[] head =
                bytes.asSlice(0, Math.min(HEAD, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.isEmpty()) {
            throw Sae4jException.in(mapped.file(), "is empty: download it again");
        }
        if (isSafetensors(head)) {
            return Safetensors.of(mapped);
        }
        if (text.startsWith("PK")) {
            ZipArchive zip = ZipArchive.of(mapped);
            return zip.entries().stream().anyMatch(e -> e.name().endsWith(".npy"))
                    ? Npz.of(mapped, zip)
                    : TorchFile.ofZip(mapped, zip);
        }
        if (text.startsWith("GGUF")) {
            return Gguf.of(mapped);
        }
        if (text.startsWith("\u0093NUMPY")) {
            return Npz.ofNpy(mapped);
        }
        if (head[0] == (byte) 0x80) {
            return TorchFile.ofStream(mapped);
        }
        String guess = guess(text);
        boolean isCalledSo = mapped.file().toString().endsWith(".safetensors");
        if ((head.length > 8 && head[8] == '{') || (guess.isEmpty() && isCalledSo)) {
            return Safetensors.of(mapped); // which says what is wrong with its header
        }
        throw Sae4jException.in(
                mapped.file(),
                "is no file of tensors: "
                        + (guess.isEmpty()
                                ? "safetensors, torch (.pt), npz, npy and GGUF are known"
                                : guess));
    }

    /// A header shorter than 4 GiB. Its length may begin as a pickle or a zip archive does, but none
    /// of those has four zeros and a brace where the length ends and the header begins.
    private static boolean isSafetensors(byte[] head) {
        return head.length > 8
                && head[8] == '{'
                && head[4] == 0
                && head[5] == 0
                && head[6] == 0
                && head[7] == 0;
    }

    /// What is often found in the place of a file of tensors; empty if it is none of these.
    private static String guess(String head) {
        String start = head.stripLeading().toLowerCase(Locale.ROOT);
        if (start.startsWith("version https://git-lfs")) {
            return "it is a Git LFS pointer; fetch the file itself with 'git lfs pull'";
        }
        if (start.startsWith("<!doctype") || start.startsWith("<html")) {
            return "it is a web page, perhaps an error message saved instead of the file; download it again";
        }
        return "";
    }
}
