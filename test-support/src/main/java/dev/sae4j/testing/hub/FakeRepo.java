package dev.sae4j.testing.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A repository of the fake hub. Its one branch is `main`; every change makes a commit, and older
/// commits stay.
public final class FakeRepo {
    private final Map<String, Map<String, Content>> commits = new HashMap<>();
    private final TreeMap<String, Content> files = new TreeMap<>();
    private String head = "";

    /// True to give files only to those who have accepted the terms: nobody.
    public volatile boolean gated;

    /// True to hide it from those without a token.
    public volatile boolean isPrivate;

    FakeRepo() {
        commit();
    }

    /// @param bytes of the file
    /// @param large true if it lies in the store of large files
    record Content(byte[] bytes, boolean large) {
        String etag() {
            return large ? sha256(bytes) : gitId(bytes);
        }
    }

    /// Adds a file that lies in git.
    public FakeRepo with(String path, String text) {
        return with(path, text.getBytes(StandardCharsets.UTF_8), false);
    }

    /// Adds a file that lies in the store of large files.
    public FakeRepo withLarge(String path, byte[] bytes) {
        return with(path, bytes, true);
    }

    synchronized FakeRepo with(String path, byte[] bytes, boolean large) {
        files.put(path, new Content(bytes.clone(), large));
        commit();
        return this;
    }

    /// The bytes of a file at the latest commit.
    public synchronized byte[] bytes(String path) {
        Content content = files.get(path);
        if (content == null) {
            throw new AssertionError("no " + path + " in " + files.keySet());
        }
        return content.bytes.clone();
    }

    /// Name of the content of a file, as the cache has it.
    public synchronized String etag(String path) {
        Content content = files.get(path);
        if (content == null) {
            throw new AssertionError("no " + path + " in " + files.keySet());
        }
        return content.etag();
    }

    /// Paths at the latest commit that are large.
    public synchronized List<String> largePaths() {
        return files.entrySet().stream()
                .filter(e -> e.getValue().large)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// All paths at the latest commit.
    public synchronized List<String> paths() {
        return List.copyOf(files.keySet());
    }

    /// The latest commit.
    public synchronized String head() {
        return head;
    }

    /// The files of a commit or branch; null if there is no such revision.
    synchronized @Nullable Map<String, Content> at(String revision) {
        return commits.get(commit(revision));
    }

    synchronized String commit(String revision) {
        return revision.equals("main") ? head : revision;
    }

    private void commit() {
        var text = new StringBuilder();
        files.forEach((path, content) -> text.append(path).append(content.etag()).append('\n'));
        head = gitId(text.toString().getBytes(StandardCharsets.UTF_8));
        commits.put(head, new TreeMap<>(files));
    }

    /// SHA-256 in hexadecimal digits.
    public static String sha256(byte[] bytes) {
        return hex("SHA-256", bytes);
    }

    /// The name that git gives a file of these bytes.
    public static String gitId(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hex("SHA-1", all);
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java has both
        }
    }
}
