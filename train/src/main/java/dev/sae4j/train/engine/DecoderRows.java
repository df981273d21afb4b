package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.train.recipe.DecoderNorm;

/// Keeps one decoder row at norm 1, in each of the ways of [DecoderNorm]; the caller knows when.
final class DecoderRows {
    private static final double FLOAT_EPSILON = Math.ulp(1f);
    private static final double PROJECTION_EPSILON = 1e-6;
    private static final double SMALLEST_NORM = 1e-8;

    private DecoderRows() {}

    /// Removes from a row's gradient its part along the row; nothing if `kind` does not project.
    ///
    /// @param gradient `n` floats from `gAt`, changed
    /// @param row `n` floats from `at`
    static void project(DecoderNorm kind, float[] gradient, int gAt, float[] row, int at, int n) {
        switch (kind) {
            case FREE, UNIT -> {}
            case UNIT_PROJECTED ->
                    remove(gradient, gAt, row, at, n, norm(row, at, n) + PROJECTION_EPSILON);
            case CONSTRAINED_ADAM -> remove(gradient, gAt, row, at, n, norm(row, at, n));
            case UNIT_BEFORE_FORWARD -> remove(gradient, gAt, row, at, n, 1);
        }
    }

    /// What projection takes off the squared norm of a row's gradient, for a row of norm 1: with
    /// `u = row / (1 + epsilon)` it is `2·(g·u)² - (g·u)²·|u|²`.
    ///
    /// @param along `g·row`
    static double removed(DecoderNorm kind, double along) {
        return switch (kind) {
            case FREE, UNIT -> 0;
            case CONSTRAINED_ADAM, UNIT_BEFORE_FORWARD -> along * along;
            case UNIT_PROJECTED -> {
                double u = 1 / (1 + PROJECTION_EPSILON);
                double alongUnit = along * u;
                yield alongUnit * alongUnit * (2 - u * u);
            }
        };
    }

    /// Scales a row; nothing if `kind` is FREE. A row of zeros stays as it is.
    ///
    /// @param row `n` floats from `at`, changed
    static void renormalise(DecoderNorm kind, float[] row, int at, int n) {
        switch (kind) {
            case FREE -> {}
            case UNIT -> scale(row, at, n, Math.max(norm(row, at, n), SMALLEST_NORM));
            case UNIT_PROJECTED, UNIT_BEFORE_FORWARD ->
                    scale(row, at, n, norm(row, at, n) + FLOAT_EPSILON);
            case CONSTRAINED_ADAM -> scale(row, at, n, norm(row, at, n));
        }
    }

    /// `g -= (g·u) u` with `u = row / divisor`.
    private static void remove(
            float[] gradient, int gAt, float[] row, int at, int n, double divisor) {
        if (divisor > 0) {
            double along = Vectors.dot(gradient, gAt, row, at, n) / divisor;
            Vectors.addScaled((float) -(along / divisor), row, at, gradient, gAt, n);
        }
    }

    private static void scale(float[] row, int at, int n, double divisor) {
        if (divisor > 0) {
            Vectors.scale((float) (1 / divisor), row, at, n);
        }
    }

    private static double norm(float[] row, int at, int n) {
        return Math.sqrt(Vectors.squaredNorm(row, at, n));
    }
}
