package dev.sae4j.kernel;

/// The right factor of products `X·Wᵀ`, `W: [rows, depth]` (rows are outputs), in whatever form it
/// is kept. Every form gives the same sums in the same order, so the same bits.
public interface Factor {
    /// Number of outputs.
    int rows();

    /// Length of a row: what is summed over.
    int depth();

    /// Computes all of `X·Wᵀ` and hands each tile to `sink`. Tiles of one row of X may come in any
    /// order and from several threads.
    void multiply(Workers workers, Rows x, Gemm.Sink sink);

    /// As [#multiply], but tiles of any one row of X arrive in ascending order of columns and from
    /// one thread.
    void multiplyByRows(Workers workers, Rows x, Gemm.Sink sink);
}
