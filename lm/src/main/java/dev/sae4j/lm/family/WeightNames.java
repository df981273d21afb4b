package dev.sae4j.lm.family;

/// Tensor names without `.weight` or `.bias`. Those of a layer follow `layer`, in which `%d` stands
/// for its index.
///
/// Matrices are `[outputs, inputs]`: `embedding` and `head` `[V, D]`; `query` `[heads * headDim,
/// D]`; `key` and `value` `[kvHeads * headDim, D]`; `output` `[D, heads * headDim]`; `gate` and
/// `up` `[size, D]`; `down` `[D, size]`. Norms are `[D]`.
///
/// @param embedding token embedding
/// @param finalNorm norm before the head
/// @param head unembedding; absent from the files if tied
/// @param layer prefix of a layer
/// @param attentionNorm norm before attention
/// @param query query projection
/// @param key key projection
/// @param value value projection
/// @param output projection of the heads into the stream
/// @param mlpNorm norm before the MLP
/// @param gate gate projection
/// @param up up projection
/// @param down down projection
public record WeightNames(
        String embedding,
        String finalNorm,
        String head,
        String layer,
        String attentionNorm,
        String query,
        String key,
        String value,
        String output,
        String mlpNorm,
        String gate,
        String up,
        String down) {

    /// Full name of a layer's part, such as `model.layers.3.mlp.up_proj`.
    public String in(int index, String part) {
        return layer.replace("%d", Integer.toString(index)) + part;
    }
}
