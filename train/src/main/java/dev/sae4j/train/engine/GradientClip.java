package dev.sae4j.train.engine;

/// Keeps the total norm of the gradients below a limit, as torch's `clip_grad_norm_` does.
final class GradientClip {
    private static final double TINY = 1e-6;

    private GradientClip() {}

    /// What all gradients are to be multiplied by; at most 1, NaN if the norm is.
    ///
    /// @param max the recipe's limit
    /// @param total L2 norm of all gradients together
    static float factor(double max, double total) {
        return (float) Math.min(1, max / (total + TINY));
    }
}
