package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.lm.hub.HubException.Kind;
import dev.sae4j.lm.hub.UploadFile.Way;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Publishes a folder: makes the repository, asks the hub how each file is to go, sends the large
/// ones to their store and all else in one commit.
final class Publisher {
    private static final int ASKED_AT_ONCE = 256; // files
    private static final int SAMPLE = 512; // bytes of a file that the hub looks at

    private final HubSettings settings;
    private final Http http;
    private final HubApi api;
    private final Problems problems;

    Publisher(HubSettings settings, Http http) {
        this.settings = settings;
        this.http = http;
        this.api = new HubApi(settings, http);
        this.problems = new Problems(settings);
    }

    UploadPlan plan(Upload upload) {
        List<UploadFile> files = UploadFiles.in(upload);
        boolean exists = exists(upload);
        return exists && settings.token() != null
                ? new UploadPlan(upload.to(), false, false, asked(upload.to(), files))
                : new UploadPlan(upload.to(), !exists, true, files);
    }

    String publish(Upload upload, HubListener listener) {
        HubId to = upload.to();
        List<UploadFile> files = UploadFiles.in(upload);
        if (settings.token() == null) {
            throw Problems.problem(
                    Kind.FORBIDDEN,
                    to,
                    "publishing needs a token: make one with the right to write at %s/settings/tokens and set HF_TOKEN"
                            .formatted(settings.endpoint()));
        }
        if (!exists(upload)) {
            create(upload);
        }
        List<UploadFile> asked = asked(to, files);
        List<UploadFile> large = asked.stream().filter(f -> f.way() == Way.LFS).toList();
        Map<String, String> sums = new LfsUpload(http, api, to).send(large, listener);
        List<UploadFile> inline = asked.stream().filter(f -> f.way() == Way.INLINE).toList();
        if (large.isEmpty() && inline.isEmpty()) {
            listener.note("nothing is new: the hub has all of it");
            return page(to).toString();
        }
        return commit(upload, new CommitBody(upload.message(), inline, large, sums));
    }

    private URI page(HubId to) {
        return URI.create(
                "%s/%s%s".formatted(settings.endpoint(), to.kind().pagePrefix(), to.repo()));
    }

    private boolean exists(Upload upload) {
        try {
            HubApi.Info info = api.info(upload.to().withRevision("main"));
            if (upload.isPrivate() && !info.isPrivate()) {
                throw Problems.problem(
                        Kind.FORBIDDEN,
                        upload.to(),
                        "is there already and public: --private is for new repositories; make it private on its page or leave the option out");
            }
            return true;
        } catch (HubException e) {
            boolean hidden = e.kind() == Kind.FORBIDDEN && settings.token() == null;
            if (e.kind() == Kind.MISSING || hidden) {
                return false;
            }
            throw e;
        }
    }

    private void create(Upload upload) {
        HubId to = upload.to();
        ObjectNode body =
                Json.STRICT
                        .createObjectNode()
                        .put("name", to.name())
                        .put("organization", to.organisation())
                        .put("type", to.kind().word())
                        .put("private", upload.isPrivate());
        Answer<byte[]> answer =
                http.send(
                        Call.postJson(URI.create(settings.endpoint() + "/api/repos/create"), body),
                        Bodies.page(),
                        to.toString());
        if (!answer.isSuccess() && answer.status() != 409) { // 409: somebody was faster
            throw problems.of(answer, to, "a new repository");
        }
        exists(upload); // private, if it is meant to be
    }

    /// The files, with the way the hub wants each to go.
    private List<UploadFile> asked(HubId to, List<UploadFile> files) {
        List<UploadFile> all = new ArrayList<>();
        for (int i = 0; i < files.size(); i += ASKED_AT_ONCE) {
            List<UploadFile> some = files.subList(i, Math.min(files.size(), i + ASKED_AT_ONCE));
            JsonNode answer =
                    api.json(
                            Call.postJson(
                                    api.api(to, "/preupload/" + HubApi.encode(to.revision())),
                                    question(some)),
                            to,
                            "how files are to go");
            Map<String, JsonNode> byPath = new HashMap<>();
            answer.path("files").forEach(f -> byPath.put(f.path("path").asString(""), f));
            for (UploadFile file : some) {
                JsonNode said = byPath.get(file.path());
                if (said == null) {
                    throw Problems.problem(
                            Kind.SERVER,
                            to,
                            "the hub did not say how %s is to go".formatted(file.path()));
                }
                all.add(file.by(way(file, said)));
            }
        }
        return all;
    }

    private static ObjectNode question(List<UploadFile> files) {
        ObjectNode question = Json.STRICT.createObjectNode();
        var list = question.putArray("files");
        for (UploadFile file : files) {
            try (InputStream in = Files.newInputStream(file.file())) {
                list.addObject()
                        .put("path", file.path())
                        .put("size", file.size())
                        .put("sample", Base64.getEncoder().encodeToString(in.readNBytes(SAMPLE)));
            } catch (IOException e) {
                throw SafeFiles.cannotRead(file.file(), e);
            }
        }
        return question;
    }

    private static Way way(UploadFile file, JsonNode said) {
        if (said.path("shouldIgnore").asBoolean(false)) {
            return Way.IGNORED;
        }
        // the store of large files takes no empty ones
        boolean large = said.path("uploadMode").asString("").equals("lfs") && file.size() > 0;
        String there = said.path("oid").asString("");
        try {
            String here =
                    there.isEmpty()
                            ? "none"
                            : large
                                    ? Digests.sha256(file.file())
                                    : Digests.gitId(file.file(), file.size());
            return there.equals(here) ? Way.SAME : large ? Way.LFS : Way.INLINE;
        } catch (IOException e) {
            throw SafeFiles.cannotRead(file.file(), e);
        }
    }

    private String commit(Upload upload, CommitBody body) {
        HubId to = upload.to();
        URI uri = api.api(to, "/commit/" + HubApi.encode(to.revision()));
        Call call =
                new Call(
                        "POST",
                        uri,
                        Map.of("Content-Type", "application/x-ndjson"),
                        body::publisher,
                        false, // a commit whose answer was lost may be there all the same
                        false);
        String address = api.json(call, to, "a commit").path("commitUrl").asString("");
        return address.isEmpty() ? page(to).toString() : address;
    }
}
