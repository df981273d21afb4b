package dev.sae4j.train.engine;

/// What schedules say about one step.
///
/// @param learningRate of the update
/// @param coefficient of the sparsity term, warm-up included
/// @param p exponent of the sparsity term
/// @param nextP exponent to compute a second sparsity term with; NaN for none
/// @param k features per row
/// @param updatesThreshold true if the running threshold takes this step in
public record StepSettings(
        double learningRate,
        double coefficient,
        double p,
        double nextP,
        int k,
        boolean updatesThreshold) {
    /// A step with nothing scheduled but the learning rate.
    public static StepSettings of(double learningRate) {
        return new StepSettings(learningRate, 0, 1, Double.NaN, 0, true);
    }
}
