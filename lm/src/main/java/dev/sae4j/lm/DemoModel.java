package dev.sae4j.lm;

import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The model among the program's resources, laid out as a folder. The folder is kept in the user's
/// cache under a name made from its contents; a file there that differs is written anew.
final class DemoModel {
    private static final List<String> FILES =
            List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "special_tokens_map.json",
                    "tokenizer.json",
                    "tokenizer_config.json");

    private DemoModel() {}

    static Path folder() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        FILES.forEach(name -> contents.put(name, resource(name)));
        String folderName = "demo-model-" + fingerprint(contents);
        try {
            return unpack(cache().resolve(folderName), contents);
        } catch (IOException e) {
            return unpackTemporarily(contents);
        }
    }

    /// Writes what is missing or differs.
    static Path unpack(Path folder, Map<String, byte[]> contents) throws IOException {
        Files.createDirectories(folder);
        for (var entry : contents.entrySet()) {
            Path file = folder.resolve(entry.getKey());
            if (!Files.isRegularFile(file)
                    || Files.size(file) != entry.getValue().length
                    || !Arrays.equals(Files.readAllBytes(file), entry.getValue())) {
                // a name of its own: two processes may be here at once
                Path part = Files.createTempFile(folder, ".", ".part");
                Files.write(part, entry.getValue());
                Files.move(
                        part,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return folder;
    }

    private static Path unpackTemporarily(Map<String, byte[]> contents) {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            folder = Files.createTempDirectory("sae4j-demo-model");
            folder.toFile().deleteOnExit();
            for (String name : contents.keySet()) {
                folder.resolve(name).toFile().deleteOnExit();
            }
            return unpack(folder, contents);
        } catch (IOException e) {
            throw SafeFiles.cannotWrite(folder, e);
        }
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg != null && Path.of(xdg).isAbsolute()
                        ? Path.of(xdg)
                        : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("sae4j");
    }

    private static byte[] resource(String name) {
        try (InputStream in =
                DemoModel.class.getResourceAsStream("/dev/sae4j/demo-model/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw SafeFiles.cannotRead(Path.of(name), e);
        }
    }

    private static String fingerprint(Map<String, byte[]> contents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            contents.values().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }
}
