package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/// What a commit says, one JSON object a line: `header`, then a `file` with its content in base64 or
/// an `lfsFile` with its checksum for each. Lines are made when they are sent, so that only one file
/// is in memory.
///
/// @param message first line of the commit message
/// @param inline files whose content goes along
/// @param large files that are in their store
/// @param sha256 of the large ones, by path
record CommitBody(
        String message,
        List<UploadFile> inline,
        List<UploadFile> large,
        Map<String, String> sha256) {

    /// The body of the request.
    BodyPublisher publisher(Activity activity) {
        long length = 0;
        for (int i = 0; i < lines(); i++) {
            length += line(i).length;
        }
        Iterable<byte[]> all =
                () -> {
                    Iterator<byte[]> lines =
                            IntStream.range(0, lines())
                                    .mapToObj(i -> {
                                        activity.moved();
                                        return line(i);
                                    })
                                    .iterator();
                    return lines;
                };
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(all), length);
    }

    private int lines() {
        return 1 + inline.size() + large.size();
    }

    private byte[] line(int i) {
        ObjectNode line = Json.STRICT.createObjectNode();
        if (i == 0) {
            line.put("key", "header")
                    .putObject("value")
                    .put("summary", message)
                    .put("description", "");
        } else if (i <= inline.size()) {
            UploadFile file = inline.get(i - 1);
            line.put("key", "file")
                    .putObject("value")
                    .put("content", base64(file))
                    .put("path", file.path())
                    .put("encoding", "base64");
        } else {
            UploadFile file = large.get(i - 1 - inline.size());
            line.put("key", "lfsFile")
                    .putObject("value")
                    .put("path", file.path())
                    .put("algo", "sha256")
                    .put("oid", sha256.get(file.path()))
                    .put("size", file.size());
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(UploadFile file) {
        try {
            return Base64.getEncoder().encodeToString(Files.readAllBytes(file.file()));
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file.file(), e);
        }
    }
}
