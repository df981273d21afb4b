package dev.sae4j.lm.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// One tokenizer of the Hugging Face tokenizers library; the only class that knows the library. It
/// calls the native part directly: the Java part above it truncates at 512 tokens unless told not
/// to, makes a string of every token, and asks a cloud's metadata address.
///
/// Instances may be shared between threads.
public final class LibraryTokenizer implements AutoCloseable {
    /// Loaded when the first tokenizer is made.
    private static final class Loaded {
        static final TokenizersLibrary LIBRARY;

        static {
            NativeLibrary.load();
            LIBRARY = TokenizersLibrary.LIB;
        }
    }

    private final TokenizersLibrary library;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle; // 0 once closed: a native call with a freed one would end the process

    private LibraryTokenizer(TokenizersLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    /// @param json a whole `tokenizer.json`; what it says about truncation and padding is ignored
    /// @throws RuntimeException if the library does not understand it
    public static LibraryTokenizer of(String json) {
        TokenizersLibrary library = Loaded.LIBRARY;
        long handle = library.createTokenizerFromString(json);
        library.disableTruncation(handle);
        library.disablePadding(handle);
        return new LibraryTokenizer(library, handle);
    }

    /// @param special whether the post-processor may add tokens
    public Pieces encode(String text, boolean special) {
        String whole = whole(text);
        return using(() -> pieces(whole, library.encode(handle, whole, special)));
    }

    /// As [#encode] for many texts at once, on all cores.
    public List<Pieces> encodeAll(List<String> texts, boolean special) {
        String[] whole = texts.stream().map(LibraryTokenizer::whole).toArray(String[]::new);
        return using(() -> {
            long[] encodings = library.batchEncode(handle, whole, special);
            List<Pieces> all = new ArrayList<>(encodings.length);
            for (int i = 0; i < encodings.length; i++) {
                all.add(pieces(whole[i], encodings[i]));
            }
            return all;
        });
    }

    /// @param special whether special tokens are part of the text
    public String decode(int[] ids, boolean special) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw new IllegalArgumentException("token ids count from 0, got " + ids[i]);
            }
            wide[i] = ids[i];
        }
        return using(() -> library.decode(handle, wide, !special));
    }

    /// Frees the tokenizer, once nobody is using it.
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                library.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T using(Supplier<T> work) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Frees the encoding. The library counts offsets in code points; ours are UTF-16 units.
    private Pieces pieces(String text, long encoding) {
        try {
            long[] ids = library.getTokenIds(encoding);
            CharSpan[] spans = library.getTokenCharSpans(encoding);
            int[] id = new int[ids.length];
            int[] start = new int[ids.length];
            int[] end = new int[ids.length];
            var units = new CodePointOffsets(text);
            for (int i = 0; i < ids.length; i++) {
                id[i] = Math.toIntExact(ids[i]);
                if (spans[i] != null) {
                    start[i] = units.toUnits(spans[i].getStart());
                    end[i] = units.toUnits(spans[i].getEnd());
                } else if (i > 0) {
                    start[i] = end[i - 1];
                    end[i] = end[i - 1];
                }
            }
            return new Pieces(id, start, end);
        } finally {
            library.deleteEncoding(encoding);
        }
    }

    /// The text with U+FFFD, one unit as well, for each half of a surrogate pair that stands alone:
    /// such a half is no character, and the library would count it as three.
    private static String whole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return repaired(text);
            }
        }
        return text;
    }

    private static String repaired(String text) {
        char[] units = text.toCharArray();
        for (int i = 0; i < units.length; i++) {
            if (Character.isHighSurrogate(units[i])
                    && i + 1 < units.length
                    && Character.isLowSurrogate(units[i + 1])) {
                i++;
            } else if (Character.isSurrogate(units[i])) {
                units[i] = '\uFFFD';
            }
        }
        return new String(units);
    }
}
