package dev.sae4j.lm.hub;

import dev.sae4j.io.Json;
import dev.sae4j.lm.hub.HubException.Kind;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The hub's API, as far as reading needs it: which commit a revision is, and which files it has.
final class HubApi {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private static final int MAX_PAGES = 10_000;
    private static final int MAX_FILES = 2_000_000;

    private final HubSettings settings;
    private final Http http;
    private final Problems problems;

    HubApi(HubSettings settings, Http http) {
        this.settings = settings;
        this.http = http;
        this.problems = new Problems(settings);
    }

    /// What is known of a repository.
    ///
    /// @param commit that the revision is now
    /// @param isPrivate true if others cannot see it
    record Info(String commit, boolean isPrivate) {}

    Info info(HubId id) {
        JsonNode node =
                json(
                        Call.get(api(id, "/revision/" + encode(id.revision()))),
                        id,
                        "the " + id.kind().word());
        String commit = node.path("sha").asString("");
        if (!HubId.isCommit(commit)) {
            throw senseless(id, "without saying which commit it means: is HF_ENDPOINT a hub?");
        }
        return new Info(commit, node.path("private").asBoolean(false));
    }

    /// All files at a commit.
    Listing list(HubId id, String commit) {
        List<HubFile> files = new ArrayList<>();
        Optional<URI> page =
                Optional.of(api(id, "/tree/" + commit + "?recursive=true&expand=false"));
        for (int i = 0; page.isPresent(); i++) {
            if (i == MAX_PAGES || files.size() > MAX_FILES) {
                throw senseless(id, "a list of files that does not end");
            }
            Answer<byte[]> answer = send(Call.get(page.get()), id, "the list of files");
            for (JsonNode entry : parse(answer, id)) {
                if (entry.path("type").asString("").equals("file")) {
                    files.add(file(entry));
                }
            }
            page = next(answer, id);
        }
        return new Listing(commit, files, true).checked(id);
    }

    private static HubFile file(JsonNode entry) {
        JsonNode large = entry.path("lfs");
        long size = (large.isObject() ? large : entry).path("size").asLong(-1);
        return new HubFile(
                entry.path("path").asString(""),
                size,
                entry.path("oid").asString(""),
                large.path("oid").asString(""));
    }

    private Optional<URI> next(Answer<?> answer, HubId id) {
        Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
        if (!link.find()) {
            return Optional.empty();
        }
        try {
            URI next = answer.uri().resolve(link.group(1));
            if (String.valueOf(next.getRawAuthority())
                    .equals(settings.endpoint().getRawAuthority())) {
                return Optional.of(next);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw Problems.problem(
                Kind.HOSTILE, id, "has a list of files that goes on at another host");
    }

    /// Size and checksum of one file, from the headers of its address.
    ///
    /// @param commit that it belongs to
    record Head(String commit, HubFile file) {}

    Head head(HubId id) {
        Answer<byte[]> answer = http.send(Call.head(resolve(id)), Bodies.none(), id.toString());
        if (!answer.isSuccess() && !answer.isRedirect()) {
            throw problems.of(answer, id, "file '%s'".formatted(id.path()));
        }
        String commit = answer.ofHub("X-Repo-Commit").orElse("");
        String etag =
                answer.ofHub("X-Linked-Etag")
                        .or(() -> answer.header("ETag"))
                        .orElse("")
                        .replaceFirst("^W/", "")
                        .replace("\"", "");
        long size =
                answer.ofHub("X-Linked-Size").isPresent()
                        ? answer.number("X-Linked-Size").orElse(-1)
                        : answer.number("Content-Length").orElse(-1);
        if (!HubId.isCommit(commit) || size < 0) {
            throw senseless(id, "a file without commit or size: is HF_ENDPOINT a hub?");
        }
        var file = HubFile.ofEtag(id.path(), size, etag);
        new Listing(commit, List.of(file), false).checked(id);
        return new Head(commit, file);
    }

    /// The address of a file's content.
    URI resolve(HubId id) {
        return URI.create(
                "%s/%s%s/resolve/%s/%s"
                        .formatted(
                                settings.endpoint(),
                                id.kind().pagePrefix(),
                                id.repo(),
                                encode(id.revision()),
                                String.join(
                                        "/",
                                        List.of(id.path().split("/", -1)).stream()
                                                .map(HubApi::encode)
                                                .toList())));
    }

    /// The address of something about a repository.
    URI api(HubId id, String rest) {
        return URI.create(
                "%s/api/%s/%s%s"
                        .formatted(settings.endpoint(), id.kind().plural(), id.repo(), rest));
    }

    /// Where uploads of large files are asked for.
    URI lfsBatch(HubId id) {
        return URI.create(
                "%s/%s%s.git/info/lfs/objects/batch"
                        .formatted(settings.endpoint(), id.kind().pagePrefix(), id.repo()));
    }

    /// The sentence for an answer that is an error.
    HubException problem(Answer<?> answer, HubId id, String what) {
        return problems.of(answer, id, what);
    }

    /// Sends a request whose answer is JSON.
    JsonNode json(Call call, HubId id, String what) {
        return parse(send(call, id, what), id);
    }

    private Answer<byte[]> send(Call call, HubId id, String what) {
        Answer<byte[]> answer = http.send(call, Bodies.page(), id.toString());
        if (!answer.isSuccess()) {
            throw problems.of(answer, id, what);
        }
        return answer;
    }

    private JsonNode parse(Answer<byte[]> answer, HubId id) {
        byte[] body = answer.body();
        try {
            return Json.LENIENT.readTree(body == null ? new byte[0] : body);
        } catch (JacksonException e) {
            throw senseless(id, "something that is not JSON: is HF_ENDPOINT a hub?");
        }
    }

    private HubException senseless(HubId id, String what) {
        return Problems.problem(
                Kind.SERVER, id, "%s answered %s".formatted(settings.endpoint().getHost(), what));
    }

    /// Percent-encodes one part of a path, slashes too.
    static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-._~".indexOf(c) >= 0;
            encoded.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return encoded.toString();
    }
}
