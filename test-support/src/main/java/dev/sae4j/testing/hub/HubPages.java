package dev.sae4j.testing.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the hub itself answers.
final class HubPages {
    private static final Pattern API =
            Pattern.compile("/api/(models|datasets)/([^/]+/[^/]+)/([a-z]+)/([^/]+)");
    private static final Pattern FILE =
            Pattern.compile("/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)");
    private static final Pattern LFS =
            Pattern.compile("/(datasets/)?([^/]+/[^/]+)\\.git/info/lfs/objects/batch");

    private final FakeHub hub;

    HubPages(FakeHub hub) {
        this.hub = hub;
    }

    void answer(Exchange http) throws IOException {
        if (http.hasToken() && !http.isSignedIn()) {
            http.problem(401, "", "Invalid credentials in Authorization header");
            return;
        }
        Matcher api = API.matcher(http.path());
        Matcher file = FILE.matcher(http.path());
        Matcher lfs = LFS.matcher(http.path());
        if (http.path().equals("/api/repos/create")) {
            create(http);
        } else if (api.matches()) {
            FakeRepo repo = repo(http, api.group(1), api.group(2));
            if (repo != null) {
                api(http, api.group(2), repo, api.group(3), decoded(api.group(4)));
            }
        } else if (file.matches()) {
            FakeRepo repo = repo(http, kind(file.group(1)), file.group(2));
            if (repo != null) {
                file(http, repo, decoded(file.group(3)), decoded(file.group(4)));
            }
        } else if (lfs.matches() && repo(http, kind(lfs.group(1)), lfs.group(2)) != null) {
            new StorePages(hub).batch(http);
        } else if (http.path().startsWith("/complete/")) {
            new StorePages(hub).complete(http);
        } else if (http.path().equals("/verify")) {
            new StorePages(hub).verify(http);
        } else {
            http.problem(404, "", "no such page");
        }
    }

    private static String kind(@Nullable String prefix) {
        return prefix == null ? "models" : "datasets";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// The repository, unless there is none for this user; then that is said.
    private @Nullable FakeRepo repo(Exchange http, String kind, String name) throws IOException {
        FakeRepo repo = hub.repos().get(kind + "/" + name);
        if (repo == null || (repo.isPrivate && !http.isSignedIn())) {
            http.problem(http.isSignedIn() ? 404 : 401, "RepoNotFound", "Repository not found");
            return null;
        }
        return repo;
    }

    private void api(Exchange http, String name, FakeRepo repo, String what, String revision)
            throws IOException {
        Map<String, FakeRepo.Content> files = repo.at(revision);
        if (files == null) {
            http.problem(404, "RevisionNotFound", "Invalid rev id: " + revision);
            return;
        }
        switch (what) {
            case "revision" ->
                    http.json(
                            Exchange.JSON
                                    .createObjectNode()
                                    .put("id", name)
                                    .put("sha", repo.commit(revision))
                                    .put("private", repo.isPrivate));
            case "tree" -> tree(http, files);
            case "preupload" -> preupload(http, files);
            case "commit" -> commit(http, name, repo);
            default -> http.problem(404, "", "no such page");
        }
    }

    private void tree(Exchange http, Map<String, FakeRepo.Content> files) throws IOException {
        if (!hub.otherList.isEmpty()) {
            http.text(200, hub.otherList);
            return;
        }
        String cursor = Exchange.values(http.query()).getOrDefault("cursor", "0");
        int from = Integer.parseInt(cursor);
        List<String> paths = new ArrayList<>(files.keySet());
        int to = Math.min(paths.size(), from + hub.pageSize);
        ArrayNode page = Exchange.JSON.createArrayNode();
        page.addObject().put("type", "directory").put("path", "a-folder").put("oid", "0");
        for (String path : paths.subList(from, to)) {
            FakeRepo.Content content = files.get(path);
            if (content == null) {
                continue;
            }
            ObjectNode entry =
                    page.addObject()
                            .put("type", "file")
                            .put("path", path)
                            .put("size", content.bytes().length)
                            .put("oid", FakeRepo.gitId(content.bytes()));
            if (content.large()) {
                entry.put("oid", "0".repeat(40))
                        .putObject("lfs")
                        .put("oid", content.etag())
                        .put("size", content.bytes().length)
                        .put("pointerSize", 130);
            }
        }
        if (to < paths.size()) {
            http.header(
                    "Link",
                    "<%s%s?recursive=true&cursor=%d>; rel=\"next\""
                            .formatted(hub.endpoint(), http.path(), to));
        }
        http.json(page);
    }

    private void file(Exchange http, FakeRepo repo, String revision, String path)
            throws IOException {
        if (repo.gated) {
            http.problem(http.isSignedIn() ? 403 : 401, "GatedRepo", "Access is restricted");
            return;
        }
        Map<String, FakeRepo.Content> files = repo.at(revision);
        if (files == null) {
            http.problem(404, "RevisionNotFound", "Invalid rev id: " + revision);
            return;
        }
        FakeRepo.Content content = files.get(path);
        if (content == null) {
            http.problem(404, "EntryNotFound", "Entry not found");
            return;
        }
        http.header("X-Repo-Commit", repo.commit(revision));
        if (!content.large()) {
            http.header("ETag", "W/\"" + content.etag() + "\"");
            http.file(content.bytes(), hub.knowsRanges);
            return;
        }
        hub.objects().put(content.etag(), content.bytes());
        http.header("X-Linked-Etag", "\"" + content.etag() + "\"");
        http.header("X-Linked-Size", String.valueOf(content.bytes().length));
        http.redirect(
                302,
                URI.create(hub.storeAddress() + "/object/" + content.etag() + "?signature=secret"));
    }

    private void create(Exchange http) throws IOException {
        if (!http.isSignedIn()) {
            http.problem(401, "", "sign in first");
            return;
        }
        JsonNode wish = http.json();
        String name =
                "%ss/%s/%s"
                        .formatted(
                                wish.path("type").asString("model"),
                                wish.path("organization").asString(""),
                                wish.path("name").asString(""));
        var repo = new FakeRepo();
        repo.isPrivate = wish.path("private").asBoolean(false);
        if (hub.repos().putIfAbsent(name, repo) != null) {
            http.problem(409, "", "You already created this repo");
            return;
        }
        http.json(Exchange.JSON.createObjectNode().put("url", hub.endpoint() + "/" + name));
    }

    private void preupload(Exchange http, Map<String, FakeRepo.Content> files) throws IOException {
        if (!http.isSignedIn()) {
            http.problem(401, "", "sign in first");
            return;
        }
        ObjectNode answer = Exchange.JSON.createObjectNode();
        ArrayNode list = answer.putArray("files");
        for (JsonNode file : http.json().path("files")) {
            String path = file.path("path").asString("");
            boolean large =
                    path.endsWith(".safetensors") || file.path("size").asLong(0) > 10_000_000;
            ObjectNode said =
                    list.addObject()
                            .put("path", path)
                            .put("uploadMode", large ? "lfs" : "regular")
                            .put("shouldIgnore", path.endsWith(".ignored"));
            FakeRepo.Content there = files.get(path);
            if (there != null) {
                said.put("oid", there.etag());
            }
        }
        http.json(answer);
    }

    private void commit(Exchange http, String name, FakeRepo repo) throws IOException {
        if (!http.isSignedIn()) {
            http.problem(401, "", "sign in first");
            return;
        }
        String body = new String(http.body(), StandardCharsets.UTF_8);
        for (String line : body.lines().toList()) {
            JsonNode item = Exchange.JSON.readTree(line);
            JsonNode value = item.path("value");
            String path = value.path("path").asString("");
            switch (item.path("key").asString("")) {
                case "file" ->
                        repo.with(
                                path,
                                Base64.getDecoder().decode(value.path("content").asString("")),
                                false);
                case "lfsFile" -> {
                    byte[] bytes = hub.objects().get(value.path("oid").asString(""));
                    if (bytes == null) {
                        http.problem(400, "", "a large file that was not uploaded: " + path);
                        return;
                    }
                    repo.with(path, bytes, true);
                }
                default -> {}
            }
        }
        http.json(
                Exchange.JSON
                        .createObjectNode()
                        .put("commitOid", repo.head())
                        .put(
                                "commitUrl",
                                "%s/%s/commit/%s".formatted(hub.endpoint(), name, repo.head())));
    }
}
