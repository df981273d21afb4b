package dev.sae4j.testing.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the store of large files answers, and what the hub answers for it.
final class StorePages {
    private final FakeHub hub;

    StorePages(FakeHub hub) {
        this.hub = hub;
    }

    /// On the other host: contents, and where new ones go.
    void answer(Exchange http) throws IOException {
        String name = http.path().substring(http.path().lastIndexOf('/') + 1);
        if (http.hasToken()) {
            http.problem(400, "", "Only one auth mechanism allowed");
        } else if (http.method().equals("PUT")) {
            byte[] body = http.body();
            String part = Exchange.values(http.query()).getOrDefault("part", "");
            hub.objects().put(name + part, body);
            http.header("ETag", "\"etag-" + part + "\"");
            http.text(200, "");
        } else {
            byte[] bytes = hub.objects().get(name);
            if (bytes == null) {
                http.problem(404, "", "no such object");
            } else {
                http.file(bytes, hub.knowsRanges);
            }
        }
    }

    /// Says where each object goes.
    void batch(Exchange http) throws IOException {
        if (!http.isSignedIn()) {
            http.problem(401, "", "sign in first");
            return;
        }
        ObjectNode answer = Exchange.JSON.createObjectNode().put("transfer", "basic");
        ArrayNode objects = answer.putArray("objects");
        for (JsonNode wish : http.json().path("objects")) {
            String oid = wish.path("oid").asString("");
            long size = wish.path("size").asLong(0);
            ObjectNode object = objects.addObject().put("oid", oid).put("size", size);
            if (hub.objects().containsKey(oid)) {
                continue;
            }
            ObjectNode actions = object.putObject("actions");
            String target = hub.storeAddress() + "/upload/" + oid;
            if (size > hub.chunk) {
                ObjectNode upload =
                        actions.putObject("upload")
                                .put("href", hub.endpoint() + "/complete/" + oid);
                ObjectNode header = upload.putObject("header");
                header.put("chunk_size", String.valueOf(hub.chunk));
                for (int i = 1; (long) (i - 1) * hub.chunk < size; i++) {
                    header.put(String.valueOf(i), target + "?part=" + i);
                }
            } else {
                actions.putObject("upload").put("href", target);
                actions.putObject("verify").put("href", hub.endpoint() + "/verify");
            }
        }
        http.json(answer);
    }

    /// Puts the parts of an object together.
    void complete(Exchange http) throws IOException {
        JsonNode wish = http.json();
        String oid = wish.path("oid").asString("");
        var all = new ByteArrayOutputStream();
        for (JsonNode part : wish.path("parts")) {
            int number = part.path("partNumber").asInt(0);
            byte[] bytes = hub.objects().remove(oid + number);
            if (bytes == null
                    || !part.path("etag").asString("").equals("\"etag-" + number + "\"")) {
                http.problem(400, "", "part " + number + " is not there");
                return;
            }
            all.writeBytes(bytes);
        }
        hub.objects().put(oid, all.toByteArray());
        http.json(Exchange.JSON.valueToTree(Map.of("ok", true)));
    }

    /// Checks an object that has come.
    void verify(Exchange http) throws IOException {
        String oid = http.json().path("oid").asString("");
        byte[] bytes = hub.objects().get(oid);
        if (!http.isSignedIn() || bytes == null || !FakeRepo.sha256(bytes).equals(oid)) {
            http.problem(400, "", "the object is not what it should be");
            return;
        }
        http.json(Exchange.JSON.valueToTree(Map.of("ok", true)));
    }
}
