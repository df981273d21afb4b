package dev.sae4j.sae;

import dev.sae4j.kernel.Rows;

/// What is done to activations before the encoder sees them, and undone on the output.
public sealed interface InputTransform {
    /// Nothing.
    InputTransform NONE = new None();

    /// The rows as the encoder takes them.
    ///
    /// @param x `[n, d_in]`, not changed
    Rows apply(Rows x);

    /// Brings outputs back to the units of the input, in place.
    ///
    /// @param x `[n, d_in]`, the input that the outputs belong to
    /// @param y `[n, d_out]`
    /// @param dOut floats per output row
    void undo(Rows x, float[] y, int dOut);

    /// Nothing is done.
    record None() implements InputTransform {
        @Override
        public Rows apply(Rows x) {
            return x;
        }

        @Override
        public void undo(Rows x, float[] y, int dOut) {}
    }

    /// Each row less its mean, divided by its standard deviation: `(x - mean) / (std + epsilon)`,
    /// undone as `y · std + mean`. The deviation is the unbiased one, over `d_in - 1`, as
    /// `torch.std` has it.
    ///
    /// @param epsilon added to the deviation (not to the variance)
    /// @param undone false for transcoders, whose output has units of its own
    record LayerNorm(float epsilon, boolean undone) implements InputTransform {
        /// The epsilon of OpenAI, SAELens and bartbussmann.
        public static final float EPSILON = 1e-5f;

        @Override
        public Rows apply(Rows x) {
            return RowTransforms.copy(
                    x,
                    (values, at, width) -> {
                        float mean = RowTransforms.mean(values, at, width);
                        float scale = RowTransforms.deviation(values, at, width, mean) + epsilon;
                        for (int c = at; c < at + width; c++) {
                            values[c] = (values[c] - mean) / scale;
                        }
                    });
        }

        @Override
        public void undo(Rows x, float[] y, int dOut) {
            if (!undone) {
                return;
            }
            for (int r = 0; r < x.count(); r++) {
                int at = x.start() + r * x.stride();
                float mean = RowTransforms.mean(x.values(), at, x.width());
                float scale = RowTransforms.deviation(x.values(), at, x.width(), mean);
                for (int c = r * dOut; c < (r + 1) * dOut; c++) {
                    y[c] = y[c] * scale + mean;
                }
            }
        }
    }

    /// Each row scaled to norm `sqrt(d_in)`; a row of zeros stays as it is.
    ///
    /// @param undone false for transcoders, whose output has units of its own
    record ConstantNorm(boolean undone) implements InputTransform {
        @Override
        public Rows apply(Rows x) {
            return RowTransforms.copy(
                    x,
                    (values, at, width) -> {
                        float scale = factor(values, at, width);
                        for (int c = at; c < at + width; c++) {
                            values[c] *= scale;
                        }
                    });
        }

        @Override
        public void undo(Rows x, float[] y, int dOut) {
            if (!undone) {
                return;
            }
            for (int r = 0; r < x.count(); r++) {
                float scale = factor(x.values(), x.start() + r * x.stride(), x.width());
                for (int c = r * dOut; c < (r + 1) * dOut; c++) {
                    y[c] /= scale;
                }
            }
        }

        private static float factor(float[] x, int at, int width) {
            double norm = RowTransforms.norm(x, at, width);
            return norm == 0 ? 1 : (float) (Math.sqrt(width) / norm);
        }
    }

    /// Every row times one factor, the output divided by it.
    ///
    /// @param factor not 0
    record Scale(float factor) implements InputTransform {
        public Scale {
            if (!(Math.abs(factor) > 0) || !Float.isFinite(factor)) {
                throw new IllegalArgumentException(
                        "inputs cannot be scaled by " + factor + " and back");
            }
        }

        @Override
        public Rows apply(Rows x) {
            return RowTransforms.copy(
                    x,
                    (values, at, width) -> {
                        for (int c = at; c < at + width; c++) {
                            values[c] *= factor;
                        }
                    });
        }

        @Override
        public void undo(Rows x, float[] y, int dOut) {
            for (int c = 0; c < x.count() * dOut; c++) {
                y[c] /= factor;
            }
        }
    }

    /// Directions made uncorrelated and of equal variance: `(x - mean) · matrix`, undone as
    /// `y · inverse + mean`.
    ///
    /// @param mean `[d_in]`
    /// @param matrix `[d_in, d_in]`, row-major
    /// @param inverse `[d_in, d_in]`, row-major
    record Whitening(double[] mean, double[] matrix, double[] inverse) implements InputTransform {
        @Override
        public Rows apply(Rows x) {
            return RowTransforms.copy(
                    x,
                    (values, at, width) -> {
                        double[] centred = new double[width];
                        for (int c = 0; c < width; c++) {
                            centred[c] = values[at + c] - mean[c];
                        }
                        RowTransforms.times(centred, matrix, values, at);
                    });
        }

        @Override
        public void undo(Rows x, float[] y, int dOut) {
            double[] row = new double[dOut];
            for (int r = 0; r < x.count(); r++) {
                for (int c = 0; c < dOut; c++) {
                    row[c] = y[r * dOut + c];
                }
                RowTransforms.times(row, inverse, y, r * dOut);
                for (int c = 0; c < dOut; c++) {
                    y[r * dOut + c] = (float) (y[r * dOut + c] + mean[c]);
                }
            }
        }
    }
}
