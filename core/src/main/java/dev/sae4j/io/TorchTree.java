package dev.sae4j.io;

import dev.sae4j.io.Pickled.Dict;
import dev.sae4j.io.Pickled.Items;
import dev.sae4j.io.Pickled.Latin1;
import dev.sae4j.io.Pickled.None;
import dev.sae4j.io.Pickled.Tuple;
import dev.sae4j.io.TorchObjects.ElementType;
import dev.sae4j.io.TorchObjects.View;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Takes what a checkpoint holds apart into tensors by name and plain values.
///
/// Values keep their places; a tensor leaves a `null` in a list and nothing in a dictionary. Keys
/// become text. Tuples and sets become arrays, a complex number its two parts, a dtype
/// `torch.float32`, a device `cuda:0`, bytes their base64. If the whole is a list, it becomes an
/// object with the names `[0]`, `[1]`, ...; if it is one tensor, that is called `tensor`.
///
/// One object may stand in many places, and a few bytes can describe a tree without end; so nodes,
/// depth and text are limited.
final class TorchTree {
    private static final int MAX_NODES = 1_000_000;
    private static final int MAX_DEPTH = 200;
    private static final long MAX_TEXT = 64L << 20;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Path file;
    private final TorchTensors source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final ObjectNode values = JSON.objectNode();
    private final StringBuilder name = new StringBuilder();
    private int nodes;
    private long text;

    private TorchTree(Path file, TorchTensors source) {
        this.file = file;
        this.source = source;
    }

    /// @throws Sae4jException if the whole is no container, holds what is neither tensor nor plain
    ///     value, or exceeds the limits
    static TorchTree of(Path file, Object root, TorchTensors source) {
        TorchTree tree = new TorchTree(file, source);
        switch (root) {
            case Dict dict -> tree.dictionary(dict, tree.values, 0);
            case Tuple(List<Object> items) -> tree.topList(items);
            case ArrayList<?> list -> tree.topList(Pickled.sequence(list, ""));
            case View view -> {
                tree.name.append("tensor");
                tree.node(view, 0);
            }
            default ->
                    throw Sae4jException.in(
                            file,
                            "holds %s: expected a dictionary of tensors"
                                    .formatted(Pickled.describe(root)));
        }
        return tree;
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    ObjectNode values() {
        return values;
    }

    private void topList(List<Object> items) {
        Map<Object, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i++) {
            named.put("[" + i + "]", items.get(i));
        }
        dictionary(new Dict(named), values, 0);
    }

    /// @return null for a tensor
    private @Nullable JsonNode node(Object value, int depth) {
        if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw refused(
                    "refers to itself or nests too deeply: more than %d values or %d levels"
                            .formatted(MAX_NODES, MAX_DEPTH));
        }
        return switch (value) {
            case View view -> {
                add(view);
                yield null;
            }
            case Dict dict -> dictionary(dict, JSON.objectNode(), depth);
            case Tuple(List<Object> items) -> array(items, depth);
            case Items(List<Object> items) -> array(items, depth);
            case ArrayList<?> list -> array(Pickled.sequence(list, ""), depth);
            case String string -> JSON.stringNode(counted(string));
            case Boolean truth -> JSON.booleanNode(truth);
            case Long number -> JSON.numberNode(number.longValue());
            case BigInteger number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number.doubleValue());
            case None none -> JSON.nullNode();
            case ElementType type -> JSON.stringNode(type.toString());
            case byte[] bytes -> base64(bytes);
            case Latin1(String bytes) ->
                    base64(counted(bytes).getBytes(StandardCharsets.ISO_8859_1));
            default ->
                    throw refused(
                            "is %s: only tensors and plain values are read"
                                    .formatted(Pickled.describe(value)));
        };
    }

    private ObjectNode dictionary(Dict dict, ObjectNode object, int depth) {
        int length = name.length();
        dict.entries()
                .forEach((key, value) -> {
                    String word = counted(word(key));
                    name.append(length == 0 ? "" : ".").append(word);
                    JsonNode node = node(value, depth + 1);
                    if (object.has(word)) { // 1 and '1', say
                        throw refused("is the key of two values");
                    }
                    if (node != null) {
                        object.set(word, node);
                    }
                    name.setLength(length);
                });
        return object;
    }

    private static String word(Object key) {
        return switch (key) {
            case Boolean truth -> truth ? "True" : "False";
            case None none -> "None";
            default -> key.toString();
        };
    }

    private ArrayNode array(List<Object> items, int depth) {
        ArrayNode array = JSON.arrayNode();
        int length = name.length();
        for (int i = 0; i < items.size(); i++) {
            name.append('[').append(i).append(']');
            JsonNode node = node(items.get(i), depth + 1);
            array.add(node == null ? JSON.nullNode() : node);
            name.setLength(length);
        }
        return array;
    }

    private JsonNode base64(byte[] bytes) {
        counted(bytes.length);
        return JSON.stringNode(Base64.getEncoder().encodeToString(bytes));
    }

    private void add(View view) {
        String full = counted(name.toString());
        if (tensors.put(full, source.make(full, view)) != null) {
            throw refused("is the name of two tensors");
        }
    }

    private String counted(String string) {
        counted(string.length());
        return string;
    }

    private void counted(int characters) {
        text += characters;
        if (text > MAX_TEXT) {
            throw refused("brings the text to more than " + MAX_TEXT + " characters");
        }
    }

    private Sae4jException refused(String message) {
        return Sae4jException.in(
                file, "'%s' %s".formatted(PickleProblem.shown(name.toString()), message));
    }
}
