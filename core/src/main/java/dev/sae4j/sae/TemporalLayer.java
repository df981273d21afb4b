package dev.sae4j.sae;

/// Weights of an attention layer between feature codes; see SAELens' `ManualAttention`. Matrices are
/// as `nn.Linear` keeps them, `[outputs, inputs]`.
///
/// @param heads attention heads
/// @param key `k_ctx: [n, F]` with its bias, from the codes of the row before
/// @param query `q_target: [n, F]` with its bias, from the codes of the row itself
/// @param value `v_ctx: [F, F]` with its bias, from the codes of the row before
/// @param output `c_proj: [F, F]` with its bias
public record TemporalLayer(int heads, Part key, Part query, Part value, Part output) {
    /// A linear layer.
    ///
    /// @param weight `[outputs, inputs]`
    /// @param bias `[outputs]`
    public record Part(Matrix weight, float[] bias) {}
}
