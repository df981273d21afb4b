package dev.sae4j.train.engine;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.DecoderNorm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is done with the gradients of a feature or a parameter, in the recipe's order: projection,
/// clipping, optimizer, norm.
final class Update {
    private static final int BLOCK = 16; // features; the pieces of work of FeatureGradients

    private final Parameters weights;
    private final DecoderNorm norm;
    private final OptimizerState optimizer;
    private final double[] encoderSquares; // [blocks]
    private final double[] decoderSquares; // [blocks], before projection
    private final double[] projectedSquares; // [blocks]

    Update(Parameters weights, DecoderNorm norm, OptimizerState optimizer) {
        this.weights = weights;
        this.norm = norm;
        this.optimizer = optimizer;
        int blocks = Math.ceilDiv(weights.dSae(), BLOCK);
        encoderSquares = new double[blocks];
        decoderSquares = new double[blocks];
        projectedSquares = new double[blocks];
    }

    /// Norms of the gradients.
    ///
    /// @param total over all: after projection, or before it where the optimizer projects
    /// @param each by parameter, before projection
    record Norms(double total, Map<String, Double> each) {
        /// Of a step that finds none.
        static final Norms NONE = new Norms(Double.NaN, Map.of());
    }

    /// Forgets the sums of the last step.
    void begin() {
        Arrays.fill(encoderSquares, 0);
        Arrays.fill(decoderSquares, 0);
        Arrays.fill(projectedSquares, 0);
    }

    /// Measures one feature's gradients. The norm after projection follows from how long the gradient
    /// is along the row: the row itself, which is far away in memory, is not read.
    void measure(int j, Gradient g) {
        if (g.zero) {
            return;
        }
        int dIn = weights.dIn();
        int dOut = weights.dOut();
        int b = j / BLOCK;
        encoderSquares[b] += Vectors.squaredNorm(g.encoder, g.encoderAt, dIn);
        double squared = Vectors.squaredNorm(g.decoder, g.decoderAt, dOut);
        decoderSquares[b] += squared;
        projectedSquares[b] += Math.max(0, squared - DecoderRows.removed(norm, g.along));
    }

    /// Removes what the decoder's norm does not allow.
    void project(int j, Gradient g) {
        if (g.zero) {
            return;
        }
        int d = weights.dOut();
        DecoderRows.project(norm, g.decoder, g.decoderAt, weights.decoder().value(), j * d, d);
    }

    /// Projects one feature's gradients and changes its rows.
    void apply(int j, Gradient g, float factor) {
        project(j, g);
        int dIn = weights.dIn();
        int dOut = weights.dOut();
        if (factor != 1 && !g.zero) {
            Vectors.scale(factor, g.encoder, g.encoderAt, dIn);
            Vectors.scale(factor, g.decoder, g.decoderAt, dOut);
        }
        optimizer.update(weights.encoder(), j * dIn, g.encoder, g.encoderAt, dIn);
        optimizer.update(weights.decoder(), j * dOut, g.decoder, g.decoderAt, dOut);
        if (norm != DecoderNorm.UNIT_BEFORE_FORWARD) {
            DecoderRows.renormalise(norm, weights.decoder().value(), j * dOut, dOut);
        }
    }

    /// Changes a parameter as a whole.
    ///
    /// @param gradient of all of it; may be changed
    void applyWhole(Workers workers, Parameter p, float[] gradient, float factor) {
        if (factor != 1) {
            Vectors.scale(factor, gradient, 0, gradient.length);
        }
        if (optimizer.needsWhole(p)) {
            optimizer.updateWhole(workers, p, gradient);
        } else {
            optimizer.update(p, 0, gradient, 0, gradient.length);
        }
    }

    /// Norms of this step's gradients.
    ///
    /// @param others gradients of everything that is not an encoder or decoder row
    Norms norms(Map<Parameter, float[]> others) {
        Map<String, Double> each = new LinkedHashMap<>();
        boolean inOptimizer = norm == DecoderNorm.CONSTRAINED_ADAM;
        double total = sum(encoderSquares) + sum(inOptimizer ? decoderSquares : projectedSquares);
        each.put(weights.encoder().name(), Math.sqrt(sum(encoderSquares)));
        each.put(weights.decoder().name(), Math.sqrt(sum(decoderSquares)));
        for (Map.Entry<Parameter, float[]> e : others.entrySet()) {
            double squares = 0;
            for (float v : e.getValue()) {
                squares += (double) v * v;
            }
            each.put(e.getKey().name(), Math.sqrt(squares));
            total += squares;
        }
        return new Norms(Math.sqrt(total), each);
    }

    private static double sum(double[] parts) {
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return sum;
    }

    /// Scales all decoder rows to norm 1, for recipes that do so before the forward pass.
    void beforeForward(Workers workers) {
        if (norm != DecoderNorm.UNIT_BEFORE_FORWARD) {
            return;
        }
        int d = weights.dOut();
        int f = weights.dSae();
        workers.forEach(
                Math.ceilDiv(f, 64),
                b -> {
                    for (int j = b * 64; j < Math.min(f, (b + 1) * 64); j++) {
                        DecoderRows.renormalise(norm, weights.decoder().value(), j * d, d);
                    }
                });
    }
}
