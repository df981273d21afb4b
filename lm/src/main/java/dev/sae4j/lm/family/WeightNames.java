package dev.sae4j.lm.family;

import java.util.List;

/// Tensor names without `.weight` or `.bias`. All but the head's follow a [Root]; those of a layer
/// follow `layer` too, in which `%d` stands for its index.
///
/// Matrices are `[outputs, inputs]`, or `[inputs, outputs]` if `inOut`: `embedding` and head are
/// always `[V, D]`, `positions` `[context, D]`; `output` is `[D, heads * headDim]`. Norms are
/// `[D]`. A name that the model has no tensor for is empty: the [DecoderSpec] says which are asked
/// for.
///
/// @param roots in which the names may stand; the first that has the embedding counts
/// @param embedding token embedding
/// @param positions embedding of positions
/// @param finalNorm norm before the head
/// @param layer prefix of a layer
/// @param norms of a layer
/// @param qkv query, key and value projections
/// @param output projection of the heads into the stream
/// @param mlp the feed-forward part
/// @param inOut true if linear layers are stored `[inputs, outputs]`
public record WeightNames(
        List<Root> roots,
        String embedding,
        String positions,
        String finalNorm,
        String layer,
        Norms norms,
        Qkv qkv,
        String output,
        Mlp mlp,
        boolean inOut) {

    /// Llama's names, which most families share.
    static final WeightNames LLAMA =
            new WeightNames(
                    List.of(new Root("model.", "lm_head"), new Root("", "lm_head")),
                    "embed_tokens",
                    "",
                    "norm",
                    "layers.%d.",
                    Norms.before("input_layernorm", "post_attention_layernorm"),
                    new Qkv.Separate("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                    "self_attn.o_proj",
                    new Mlp.Gated("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"),
                    false);

    /// The names of GGUF files, which are the same for all architectures; fused matrices have
    /// others.
    static final WeightNames GGUF =
            new WeightNames(
                    List.of(new Root("", "output")),
                    "token_embd",
                    "position_embd",
                    "output_norm",
                    "blk.%d.",
                    new Norms(
                            "attn_norm",
                            "post_attention_norm",
                            "ffn_norm",
                            "post_ffw_norm",
                            "attn_q_norm",
                            "attn_k_norm"),
                    new Qkv.Separate("attn_q", "attn_k", "attn_v"),
                    "attn_output",
                    new Mlp.Gated("ffn_gate", "ffn_up", "ffn_down"),
                    false);

    public WeightNames {
        roots = List.copyOf(roots);
    }

    WeightNames withRoots(Root... other) {
        return new WeightNames(
                List.of(other),
                embedding,
                positions,
                finalNorm,
                layer,
                norms,
                qkv,
                output,
                mlp,
                inOut);
    }

    WeightNames withNorms(Norms other) {
        return new WeightNames(
                roots, embedding, positions, finalNorm, layer, other, qkv, output, mlp, inOut);
    }

    WeightNames withQkv(Qkv other) {
        return new WeightNames(
                roots, embedding, positions, finalNorm, layer, norms, other, output, mlp, inOut);
    }

    WeightNames withMlp(Mlp other) {
        return new WeightNames(
                roots, embedding, positions, finalNorm, layer, norms, qkv, output, other, inOut);
    }

    /// Full name of a layer's part, such as `model.layers.3.mlp.up_proj`.
    public String in(Root root, int index, String part) {
        return root.body + layer.replace("%d", Integer.toString(index)) + part;
    }

    /// What stands before the names.
    ///
    /// @param body prefix of all names but the head's
    /// @param head the unembedding's whole name; absent from the files if tied
    public record Root(String body, String head) {}

    /// Norms of a layer; empty where there is none.
    ///
    /// @param attention before attention
    /// @param afterAttention behind attention
    /// @param mlp before the MLP
    /// @param afterMlp behind the MLP
    /// @param query of queries
    /// @param key of keys
    public record Norms(
            String attention,
            String afterAttention,
            String mlp,
            String afterMlp,
            String query,
            String key) {
        static Norms before(String attention, String mlp) {
            return new Norms(attention, "", mlp, "", "", "");
        }

        Norms withQueryAndKey(String query, String key) {
            return new Norms(attention, afterAttention, mlp, afterMlp, query, key);
        }
    }

    /// Query `[heads * headDim, D]`, key and value `[kvHeads * headDim, D]` projections.
    public sealed interface Qkv {
        /// A matrix for each.
        record Separate(String query, String key, String value) implements Qkv {}

        /// A matrix for each; rows of a head's query and key that are turned together are
        /// neighbours, not half a head apart.
        record Paired(String query, String key, String value) implements Qkv {}

        /// One matrix: rows of the queries, then the keys, then the values.
        record Fused(String all) implements Qkv {}

        /// One matrix: for each head the rows of its query, its key and its value.
        record FusedByHead(String all) implements Qkv {}
    }

    /// The feed-forward part. `down` is `[D, size]`.
    public sealed interface Mlp {
        /// Projection out of the inner width.
        String down();

        /// `gate` and `up` `[size, D]`.
        record Gated(String gate, String up, String down) implements Mlp {}

        /// One matrix: rows of the gate, then of the up projection.
        record FusedGate(String gateAndUp, String down) implements Mlp {}

        /// `up` `[size, D]`.
        record Plain(String up, String down) implements Mlp {}
    }
}
