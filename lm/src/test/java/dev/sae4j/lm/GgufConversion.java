package dev.sae4j.lm;

import dev.sae4j.io.Json;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Turns a model folder, its config spelled as published, into the GGUF file that llama.cpp's
/// `convert_hf_to_gguf.py` would make of it: names, keys, order of rows. What that leaves out though
/// it matters is put under the key that the format has for it.
final class GgufConversion {
    private static final Map<String, String> ARCHITECTURES =
            Map.of(
                    "mistral", "llama",
                    "gpt_neox", "gptneox",
                    "gemma3_text", "gemma3");

    /// Parts of a layer; `post_attention_layernorm` is told apart below.
    private static final Map<String, String> PARTS =
            Map.ofEntries(
                    Map.entry("input_layernorm", "attn_norm"),
                    Map.entry("pre_feedforward_layernorm", "ffn_norm"),
                    Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
                    Map.entry("self_attn.q_proj", "attn_q"),
                    Map.entry("self_attn.k_proj", "attn_k"),
                    Map.entry("self_attn.v_proj", "attn_v"),
                    Map.entry("self_attn.qkv_proj", "attn_qkv"),
                    Map.entry("self_attn.o_proj", "attn_output"),
                    Map.entry("self_attn.q_norm", "attn_q_norm"),
                    Map.entry("self_attn.k_norm", "attn_k_norm"),
                    Map.entry("mlp.gate_proj", "ffn_gate"),
                    Map.entry("mlp.up_proj", "ffn_up"),
                    Map.entry("mlp.gate_up_proj", "ffn_up"),
                    Map.entry("mlp.down_proj", "ffn_down"),
                    Map.entry("attention.query_key_value", "attn_qkv"),
                    Map.entry("attention.dense", "attn_output"),
                    Map.entry("mlp.dense_h_to_4h", "ffn_up"),
                    Map.entry("mlp.dense_4h_to_h", "ffn_down"),
                    Map.entry("ln_1", "attn_norm"),
                    Map.entry("ln_2", "ffn_norm"),
                    Map.entry("attn.c_attn", "attn_qkv"),
                    Map.entry("attn.c_proj", "attn_output"),
                    Map.entry("mlp.c_fc", "ffn_up"),
                    Map.entry("mlp.c_proj", "ffn_down"));

    private static final Map<String, String> REST =
            Map.ofEntries(
                    Map.entry("embed_tokens", "token_embd"),
                    Map.entry("embed_in", "token_embd"),
                    Map.entry("wte", "token_embd"),
                    Map.entry("wpe", "position_embd"),
                    Map.entry("norm", "output_norm"),
                    Map.entry("final_layer_norm", "output_norm"),
                    Map.entry("ln_f", "output_norm"),
                    Map.entry("lm_head", "output"),
                    Map.entry("embed_out", "output"));

    private static final Pattern NAME =
            Pattern.compile(
                    "(?:language_model\\.)?(?:model\\.|transformer\\.|gpt_neox\\.)?(?:(?:layers|h)\\.(\\d+)\\.)?(.+)\\.(weight|bias)");

    private final JsonNode config;
    private final String type;
    private final String architecture;
    private final int heads;
    private final int width;
    private final int headDim;
    private final GgufFile out = new GgufFile();

    private GgufConversion(JsonNode config) {
        this.config = config;
        this.type = config.path("model_type").asString("");
        this.architecture = ARCHITECTURES.getOrDefault(type, type);
        this.heads = integer("num_attention_heads", integer("n_head", 0));
        this.width = integer("hidden_size", integer("n_embd", 0));
        this.headDim = integer("head_dim", width / heads);
    }

    static GgufFile of(Path folder) {
        JsonNode config = Json.readObject(folder.resolve("config.json"));
        var conversion =
                new GgufConversion(config.has("text_config") ? config.path("text_config") : config);
        conversion.metadata();
        conversion.rope();
        for (Path file : weights(folder)) {
            try (TensorFile tensors = TensorFile.open(file)) {
                tensors.tensors().values().forEach(conversion::tensor);
            }
        }
        return conversion.out;
    }

    private static List<Path> weights(Path folder) {
        try (var files = Files.list(folder)) {
            List<Path> all = files.sorted().toList();
            List<Path> safetensors =
                    all.stream()
                            .filter(f ->
                                    f.getFileName().toString().matches("model.*\\.safetensors"))
                            .toList();
            return safetensors.isEmpty()
                    ? List.of(folder.resolve("pytorch_model.bin"))
                    : safetensors;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void metadata() {
        out.put("general.architecture", architecture);
        put("context_length", integer("max_position_embeddings", integer("n_positions", 1 << 17)));
        put("embedding_length", width);
        put("block_count", integer("num_hidden_layers", integer("n_layer", 0)));
        put("feed_forward_length", integer("intermediate_size", 4 * width));
        put("attention.head_count", heads);
        if (config.has("num_key_value_heads")) {
            put("attention.head_count_kv", integer("num_key_value_heads", 0));
        }
        if (config.has("head_dim")) {
            put("attention.key_length", headDim);
            put("attention.value_length", headDim);
        }
        if (type.startsWith("gpt")) {
            double epsilon = number("layer_norm_eps", number("layer_norm_epsilon", 1e-5));
            put("attention.layer_norm_epsilon", epsilon);
        } else {
            put("attention.layer_norm_rms_epsilon", number("rms_norm_eps", 1e-6));
        }
        if (type.equals("gpt_neox")) {
            boolean parallel = config.path("use_parallel_residual").asBoolean(true);
            put("use_parallel_residual", parallel);
        }
        window();
        if (type.startsWith("gemma")) {
            put("attention.scale", Math.pow(number("query_pre_attn_scalar", 256), -0.5));
            for (String cap : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
                if (config.hasNonNull(cap)) {
                    put(cap, number(cap, 0));
                }
            }
        }
    }

    private void window() {
        boolean unused =
                type.startsWith("qwen") && !config.path("use_sliding_window").asBoolean(false);
        if (config.hasNonNull("sliding_window") && !unused) {
            put("attention.sliding_window", integer("sliding_window", 0));
        }
        if (config.has("sliding_window_pattern")) {
            put("attention.sliding_window_pattern", integer("sliding_window_pattern", 0));
        }
    }

    private void rope() {
        if (type.equals("gpt2")) {
            return;
        }
        double usual = type.equals("gemma3_text") ? 1e6 : 10_000;
        put("rope.freq_base", number("rope_theta", number("rotary_emb_base", usual)));
        int turned = (int) (headDim * number("rotary_pct", number("partial_rotary_factor", 1)));
        put("rope.dimension_count", turned);
        JsonNode scaling = config.path("rope_scaling");
        switch (scaling.path("rope_type").asString(scaling.path("type").asString(""))) {
            case "linear" -> {
                put("rope.scaling.type", "linear");
                put("rope.scaling.factor", scaling.path("factor").asDouble());
            }
            case "llama3" -> out.put("rope_freqs.weight", llama3(scaling), turned / 2);
            case "longrope" -> {
                int original = integer("original_max_position_embeddings", 0);
                double factor = integer("max_position_embeddings", 0) / (double) original;
                put("rope.scaling.original_context_length", original);
                put(
                        "rope.scaling.attn_factor",
                        Math.sqrt(1 + Math.log(factor) / Math.log(original)));
                for (String which : List.of("short", "long")) {
                    out.put(
                            "rope_factors_" + which + ".weight",
                            floats(scaling.path(which + "_factor")),
                            turned / 2);
                }
            }
            default -> {}
        }
    }

    /// What frequencies are divided by.
    private float[] llama3(JsonNode scaling) {
        double factor = scaling.path("factor").asDouble();
        double low = scaling.path("low_freq_factor").asDouble();
        double high = scaling.path("high_freq_factor").asDouble();
        double context = scaling.path("original_max_position_embeddings").asDouble();
        float[] divisors = new float[headDim / 2];
        for (int i = 0; i < divisors.length; i++) {
            double frequency = Math.pow(number("rope_theta", 10_000), -2.0 * i / headDim);
            double wave = 2 * Math.PI / frequency;
            double smooth = (context / wave - low) / (high - low);
            divisors[i] =
                    (float)
                            (wave < context / high
                                    ? 1
                                    : wave > context / low
                                            ? factor
                                            : 1 / ((1 - smooth) / factor + smooth));
        }
        return divisors;
    }

    private void tensor(Tensor tensor) {
        Matcher name = NAME.matcher(tensor.name());
        if (!name.matches()
                || tensor.name().contains("vision")
                || tensor.name().contains("projector")) {
            return;
        }
        String part = name.group(2);
        String mapped =
                name.group(1) == null
                        ? REST.get(part)
                        : part.equals("post_attention_layernorm")
                                ? postAttention()
                                : PARTS.get(part);
        if (mapped == null || (mapped.equals("output") && tied())) {
            return;
        }
        String full = name.group(1) == null ? mapped : "blk." + name.group(1) + "." + mapped;
        put(full + "." + name.group(3), part, tensor);
    }

    private String postAttention() {
        boolean behind = type.startsWith("gemma") || type.equals("olmo2");
        return behind ? "post_attention_norm" : "ffn_norm";
    }

    private boolean tied() {
        return config.path("tie_word_embeddings").asBoolean(type.startsWith("gemma"));
    }

    private void put(String name, String part, Tensor tensor) {
        float[] values = tensor.toFloats();
        long[] shape = tensor.shape();
        int columns = shape.length == 2 ? (int) shape[1] : 1;
        if (type.startsWith("gemma") && part.endsWith("norm")) {
            for (int i = 0; i < values.length; i++) {
                values[i] += 1;
            }
        } else if (type.equals("gpt2") && part.contains(".c_") && shape.length == 2) {
            values = transposed(values, columns);
            shape = new long[] {shape[1], shape[0]};
        } else if (architecture.equals("llama") && part.matches(".*\\.[qk]_proj")) {
            int pairs = headDim / 2; // [heads, 2, pairs] to [heads, pairs, 2]
            values = swapped(values, 2, pairs, columns);
        } else if (part.equals("attention.query_key_value")) {
            // [heads, 3, headDim] to [3, heads, headDim]
            values = swapped(values, heads, 3, headDim * columns);
        }
        out.put(name, values, shape);
    }

    private static float[] transposed(float[] values, int columns) {
        return swapped(values, values.length / columns, columns, 1);
    }

    /// Blocks `[n, a, b, size]` as `[n, b, a, size]`.
    private static float[] swapped(float[] values, int a, int b, int size) {
        float[] result = new float[values.length];
        for (int at = 0; at < values.length; at += a * b * size) {
            for (int i = 0; i < a; i++) {
                for (int j = 0; j < b; j++) {
                    System.arraycopy(
                            values, at + (i * b + j) * size, result, at + (j * a + i) * size, size);
                }
            }
        }
        return result;
    }

    private void put(String key, Object value) {
        out.put(architecture + "." + key, value);
    }

    private int integer(String key, int otherwise) {
        return config.path(key).asInt(otherwise);
    }

    private double number(String key, double otherwise) {
        return config.path(key).asDouble(otherwise);
    }

    private static float[] floats(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) list.get(i).asDouble();
        }
        return values;
    }
}
