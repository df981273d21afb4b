package dev.sae4j.lm;

import dev.sae4j.io.DType;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Gen;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;

/// A model folder with random weights, to be spoilt in tests: width 12, 3 heads of 4, 2 layers,
/// inner size 20, 30 tokens, with biases.
final class TinyModel {
    static final int VOCABULARY = 30;

    final Map<String, Object> config = new LinkedHashMap<>();
    final Map<String, Tensor> tensors = new LinkedHashMap<>();

    TinyModel(DType dtype) {
        config.put("model_type", "llama");
        config.put("hidden_size", 12);
        config.put("intermediate_size", 20);
        config.put("num_hidden_layers", 2);
        config.put("num_attention_heads", 3);
        config.put("num_key_value_heads", 1);
        config.put("vocab_size", VOCABULARY);
        config.put("max_position_embeddings", 16);
        config.put("attention_bias", true);
        config.put("mlp_bias", true);
        var random = new SplittableRandom(5);
        put(random, dtype, "model.embed_tokens.weight", VOCABULARY, 12);
        put(random, dtype, "model.norm.weight", 12);
        put(random, dtype, "lm_head.weight", VOCABULARY, 12);
        for (int layer = 0; layer < 2; layer++) {
            String in = "model.layers." + layer + ".";
            put(random, dtype, in + "input_layernorm.weight", 12);
            put(random, dtype, in + "post_attention_layernorm.weight", 12);
            linear(random, dtype, in + "self_attn.q_proj", 12, 12);
            linear(random, dtype, in + "self_attn.k_proj", 4, 12);
            linear(random, dtype, in + "self_attn.v_proj", 4, 12);
            linear(random, dtype, in + "self_attn.o_proj", 12, 12);
            linear(random, dtype, in + "mlp.gate_proj", 20, 12);
            linear(random, dtype, in + "mlp.up_proj", 20, 12);
            linear(random, dtype, in + "mlp.down_proj", 12, 20);
        }
    }

    /// Writes `config.json` and `model.safetensors`.
    Path write(Path folder) {
        writeConfig(folder);
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"), Map.of(), List.copyOf(tensors.values()));
        return folder;
    }

    /// Writes two shards and their index.
    Path writeSharded(Path folder) {
        writeConfig(folder);
        List<Tensor> all = List.copyOf(tensors.values());
        Map<String, String> map = new LinkedHashMap<>();
        List<List<Tensor>> shards = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < all.size(); i++) {
            map.put(all.get(i).name(), shard(i % 2));
            shards.get(i % 2).add(all.get(i));
        }
        for (int i = 0; i < 2; i++) {
            SafetensorsWriter.write(folder.resolve(shard(i)), Map.of(), shards.get(i));
        }
        writeIndex(folder, map);
        return folder;
    }

    void writeConfig(Path folder) {
        write(folder.resolve("config.json"), config);
    }

    static void writeIndex(Path folder, Map<String, String> map) {
        write(folder.resolve("model.safetensors.index.json"), Map.of("weight_map", map));
    }

    void put(Tensor tensor) {
        tensors.put(tensor.name(), tensor);
    }

    static String shard(int i) {
        return "model-0000%d-of-00002.safetensors".formatted(i + 1);
    }

    private void linear(SplittableRandom random, DType dtype, String name, int out, int in) {
        put(random, dtype, name + ".weight", out, in);
        put(random, dtype, name + ".bias", out);
    }

    private void put(SplittableRandom random, DType dtype, String name, long... shape) {
        int n = 1;
        for (long size : shape) {
            n *= (int) size;
        }
        float[] values = Gen.gaussians(random, n);
        // one and the same values whatever the type: bfloat16 has the fewest bits
        for (int i = 0; i < n; i++) {
            short bits = DType.floatToBfloat16(Math.clamp(values[i] / 2, -1.5f, 1.5f));
            values[i] = Math.abs(values[i]) < 0.01f ? 0.125f : DType.bfloat16ToFloat(bits);
        }
        byte[] bytes = new byte[n * dtype.bytes()];
        dtype.fromFloats(values, 0, n, MemorySegment.ofArray(bytes), 0);
        put(new Tensor(name, dtype, shape, MemorySegment.ofArray(bytes)));
    }

    private static void write(Path file, Object json) {
        SafeFiles.writeString(file, JsonMapper.builder().build().writeValueAsString(json));
    }
}
