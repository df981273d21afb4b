package dev.sae4j.train.metric;

/// What the language model loses when it runs on the SAE's reconstruction: mean next-token cross
/// entropy in nats, over the predictions made at positions whose activation was replaced.
///
/// Positions left out of training (such as BOS) keep their own activation, and predictions made
/// there do not count.
///
/// @param predictions number of predictions averaged
/// @param clean model untouched
/// @param withSae activations replaced by their reconstructions
/// @param zeroAblated activations replaced by zeros
public record ModelLoss(long predictions, double clean, double withSae, double zeroAblated) {

    /// CE loss score, also called loss recovered: `(zeroAblated - withSae) / (zeroAblated - clean)`.
    /// 1 is perfect, 0 as bad as zeros.
    public double score() {
        return (zeroAblated - withSae) / (zeroAblated - clean);
    }
}
