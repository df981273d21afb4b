package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.lm.hub.HubException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends large files to their store by the batch protocol of Git LFS, whole or, where the hub says
/// so, in parts. What is there already is not sent, so an upload that broke off goes on with the
/// files that are missing.
final class LfsUpload {
    private static final String LFS = "application/vnd.git-lfs+json";
    private static final int BATCH = 100; // objects
    private static final int AT_ONCE = 4; // uploads
    private static final int MAX_PARTS = 100_000;

    private final Http http;
    private final HubApi api;
    private final HubId to;

    LfsUpload(Http http, HubApi api, HubId to) {
        this.http = http;
        this.api = api;
        this.to = to;
    }

    /// Sends files.
    ///
    /// @return SHA-256 by path
    Map<String, String> send(List<UploadFile> files, HubListener listener) {
        var meter = new Meter(listener, files.stream().mapToLong(UploadFile::size).sum());
        Map<String, String> sums = new TreeMap<>();
        Map<String, UploadFile> bySum = new LinkedHashMap<>();
        for (UploadFile file : files) {
            try {
                String sum = Digests.sha256(file.file());
                sums.put(file.path(), sum);
                if (bySum.putIfAbsent(sum, file) != null) {
                    meter.add(file.size()); // the same content once more
                }
            } catch (IOException e) {
                throw SafeFiles.cannotRead(file.file(), e);
            }
        }
        List<String> all = List.copyOf(bySum.keySet());
        for (int i = 0; i < all.size(); i += BATCH) {
            batch(all.subList(i, Math.min(all.size(), i + BATCH)), bySum, meter);
        }
        return sums;
    }

    private void batch(List<String> sums, Map<String, UploadFile> bySum, Meter meter) {
        ObjectNode question = Json.STRICT.createObjectNode().put("operation", "upload");
        question.putArray("transfers").add("basic").add("multipart");
        question.put("hash_algo", "sha256").putObject("ref").put("name", to.revision());
        var objects = question.putArray("objects");
        for (String sum : sums) {
            objects.addObject().put("oid", sum).put("size", size(sum, bySum));
        }
        JsonNode answer = api.json(lfs(Call.postJson(api.lfsBatch(to), question)), to, "an upload");
        List<Callable<@Nullable Void>> uploads = new ArrayList<>();
        for (JsonNode object : answer.path("objects")) {
            String sum = object.path("oid").asString("");
            UploadFile file = bySum.get(sum);
            if (file == null || !sums.contains(sum)) {
                throw senseless("speaks of a file that nobody sends");
            }
            JsonNode error = object.path("error");
            if (error.isObject()) {
                throw Problems.problem(
                        Kind.SERVER,
                        to,
                        "the hub does not take %s: %s"
                                .formatted(
                                        file.path(),
                                        error.path("message")
                                                .asString("no reason given")
                                                .replaceAll("\\p{Cntrl}", " ")));
            }
            uploads.add(() -> {
                send(object.path("actions"), sum, file, meter);
                return null;
            });
        }
        if (uploads.size() != sums.size()) {
            throw senseless("does not say where all files are to go");
        }
        Together.run(to.toString(), uploads, AT_ONCE);
    }

    private static long size(String sum, Map<String, UploadFile> bySum) {
        UploadFile file = bySum.get(sum);
        return file == null ? 0 : file.size();
    }

    private void send(JsonNode actions, String sum, UploadFile file, Meter meter) {
        JsonNode upload = actions.path("upload");
        if (!upload.isObject()) {
            meter.add(file.size()); // it is there
            return;
        }
        URI target = uri(upload.path("href").asString(""));
        String chunk = upload.path("header").path("chunk_size").asString("");
        if (chunk.isEmpty()) {
            put(target, file, 0, file.size(), meter);
        } else {
            parts(target, upload.path("header"), chunk, sum, file, meter);
        }
        JsonNode verify = actions.path("verify");
        if (verify.isObject()) {
            ObjectNode body =
                    Json.STRICT.createObjectNode().put("oid", sum).put("size", file.size());
            expect(Call.postJson(uri(verify.path("href").asString("")), body), Bodies.page(), file);
        }
    }

    /// `header` holds `chunk_size` and the address of each part under its number, from 1.
    private void parts(
            URI done, JsonNode header, String chunk, String sum, UploadFile file, Meter meter) {
        long size = chunk.matches("[1-9][0-9]{0,14}") ? Long.parseLong(chunk) : 0;
        long count = size == 0 ? 0 : (file.size() + size - 1) / size;
        if (count == 0 || count > MAX_PARTS) {
            throw senseless("wants %s in parts of '%s' bytes".formatted(file.path(), chunk));
        }
        ObjectNode body = Json.STRICT.createObjectNode().put("oid", sum);
        var parts = body.putArray("parts");
        Map<Integer, URI> byNumber = new TreeMap<>();
        for (var entry : header.properties()) {
            if (entry.getKey().matches("[0-9]{1,6}")) {
                byNumber.put(Integer.valueOf(entry.getKey()), uri(entry.getValue().asString("")));
            }
        }
        if (byNumber.size() != count) {
            throw senseless(
                    "gives %d addresses for %d parts of %s"
                            .formatted(byNumber.size(), count, file.path()));
        }
        int i = 0;
        for (URI part : byNumber.values()) {
            long from = i++ * size;
            String etag = put(part, file, from, Math.min(size, file.size() - from), meter);
            parts.addObject().put("partNumber", i).put("etag", etag);
        }
        expect(lfs(Call.postJson(done, body)), Bodies.page(), file);
    }

    private String put(URI uri, UploadFile file, long from, long length, Meter meter) {
        var slice = new FileSlice(file.file(), from, length, meter);
        return expect(Call.put(uri, slice::publisher), Bodies.page(), file)
                .header("ETag")
                .orElse("");
    }

    private <T> Answer<T> expect(Call call, BodyHandler<T> handler, UploadFile file) {
        Answer<T> answer = http.send(call, handler, to.toString());
        if (!answer.isSuccess()) {
            throw api.problem(answer, to, "the upload of " + file.path());
        }
        return answer;
    }

    private static Call lfs(Call call) {
        return call.header("Accept", LFS).header("Content-Type", LFS);
    }

    private URI uri(String text) {
        try {
            URI uri = URI.create(text);
            if ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw senseless("gives an address that is none");
    }

    private HubException senseless(String what) {
        return Problems.problem(Kind.SERVER, to, "the store of large files " + what);
    }
}
