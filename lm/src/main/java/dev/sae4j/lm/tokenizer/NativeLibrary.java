package dev.sae4j.lm.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import dev.sae4j.io.Sae4jException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Properties;

/// Loads the native part of the tokenizers library, which lies in its jar, from a copy in the
/// user's cache.
///
/// The library's own loader would first look for graphics cards and for a logger, which takes ten
/// times as long as everything else here, and may ask the network. It is left to do the work only
/// on systems that are not known here.
final class NativeLibrary {
    private static final String FOLDER = "/native/lib/";

    private NativeLibrary() {}

    /// @throws Sae4jException if this machine has no such library or does not take it
    @SuppressWarnings("restricted") // native code is what this class is for
    static void load() {
        URL inJar = NativeLibrary.class.getResource(FOLDER + system() + "/cpu/" + fileName());
        try {
            if (inJar == null || system().startsWith("win")) { // needs further libraries there
                System.setProperty("ai.djl.offline", "true");
                System.setProperty("OPT_OUT_TRACKING", "true");
                LibUtils.checkStatus();
            } else {
                System.load(unpacked(inJar).toString());
            }
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
            throw new Sae4jException(
                    "the tokenizers library cannot be loaded on this machine (%s): %s"
                            .formatted(system(), e.getMessage()),
                    e);
        }
    }

    private static Path unpacked(URL inJar) throws IOException {
        long size = inJar.openConnection().getContentLengthLong();
        try {
            Path folder = Files.createDirectories(cache().resolve("tokenizers-" + version()));
            Path file = folder.resolve(fileName());
            if (!Files.isRegularFile(file) || Files.size(file) != size) {
                // a name of its own: two processes may be here at once
                Path part = Files.createTempFile(folder, ".", ".part");
                copy(inJar, part);
                Files.move(
                        part,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            return file;
        } catch (IOException e) { // a home that may not be written
            Path file = Files.createTempFile("sae4j-", fileName());
            file.toFile().deleteOnExit();
            copy(inJar, file);
            return file;
        }
    }

    private static void copy(URL from, Path to) throws IOException {
        try (InputStream in = from.openStream()) {
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(to);
            throw e;
        }
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg != null && Path.of(xdg).isAbsolute()
                        ? Path.of(xdg)
                        : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("sae4j").toAbsolutePath();
    }

    private static String version() throws IOException {
        var properties = new Properties();
        try (InputStream in =
                NativeLibrary.class.getResourceAsStream(FOLDER + "tokenizers.properties")) {
            if (in != null) {
                properties.load(in);
            }
        }
        return properties.getProperty("version", "unknown") + "-" + system();
    }

    /// As the jar names it, such as `linux-x86_64`.
    private static String system() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String name = os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "win" : os;
        return name
                + "-"
                + switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "arm64", "aarch64" -> "aarch64";
                    default -> arch;
                };
    }

    private static String fileName() {
        return System.mapLibraryName("tokenizers");
    }
}
