package dev.sae4j.train.engine;

import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The second half of a step: from a batch's gradients to new weights.
///
/// The rows of encoder and decoder change while their gradients are in cache. Clipping and some
/// optimizers need to know all gradients before any is used: they are kept until then, or, where there
/// is no room for two more matrices, summed up twice.
final class Learning {
    private final Workers workers;
    private final Recipe recipe;
    private final Parameters weights;
    private final OptimizerState optimizer;
    private final Reconstruction main;
    private final FeatureGradients gradients;
    private final Update update;
    private @Nullable KeptGradients keptGradients;

    /// @param main whose errors a step leaves behind
    /// @param gradients which a step sums up with
    Learning(
            Workers workers,
            Recipe recipe,
            Parameters weights,
            OptimizerState optimizer,
            Reconstruction main,
            FeatureGradients gradients) {
        this.workers = workers;
        this.recipe = recipe;
        this.weights = weights;
        this.optimizer = optimizer;
        this.main = main;
        this.gradients = gradients;
        this.update = new Update(weights, recipe.decoderNorm(), optimizer);
    }

    /// Sums up the gradients of every feature.
    interface Pass {
        /// Hands them on one by one. Whoever asks twice gets the same bits.
        void run(FeatureGradients.Sink sink);
    }

    /// Does to the weights what the recipe does before a forward pass.
    void beforeForward() {
        update.beforeForward(workers);
    }

    /// Changes the weights. If a gradient is not finite, the total says so, and nothing changes that had
    /// to wait for all of them.
    ///
    /// @param channels beside the main one
    Update.Norms change(Batch batch, double learningRate, List<Channel> channels, Pass pass) {
        optimizer.begin(learningRate);
        update.begin();
        boolean whole =
                optimizer.needsWhole(weights.encoder()) || optimizer.needsWhole(weights.decoder());
        Double clip = recipe.clip();
        boolean first = clip != null || whole; // norms or whole matrices before any weight changes
        KeptGradients kept = first ? kept(whole) : null;
        pass.run(firstPass(first, whole, kept));
        Map<Parameter, float[]> others = others(batch, channels);
        Update.Norms found = update.norms(others);
        if (!Double.isFinite(found.total())) {
            return found;
        }
        float factor = clip == null ? 1 : GradientClip.factor(clip, found.total());
        if (kept != null && whole) {
            update.applyWhole(workers, weights.encoder(), kept.encoder(), factor);
            update.applyWhole(workers, weights.decoder(), kept.decoder(), factor);
        } else if (kept != null) {
            kept.forEach(workers, (j, g) -> update.apply(j, g, factor));
        } else if (first) {
            pass.run((j, g) -> update.apply(j, g, factor));
        }
        others.forEach((p, g) -> update.applyWhole(workers, p, g, factor));
        return found;
    }

    /// What becomes of the gradients when they are known: measured, and then used or kept.
    private FeatureGradients.Sink firstPass(
            boolean onlyMeasures, boolean whole, @Nullable KeptGradients kept) {
        return new FeatureGradients.Sink() {
            @Override
            public boolean aim(int feature, Gradient g) {
                if (kept == null) {
                    g.own();
                } else {
                    kept.aim(feature, g);
                }
                return kept != null;
            }

            @Override
            public void accept(int feature, Gradient g) {
                update.measure(feature, g);
                if (kept != null) {
                    if (whole) { // then nobody does it later
                        update.project(feature, g);
                    }
                    kept.keep(feature, g);
                } else if (!onlyMeasures) {
                    update.apply(feature, g, 1);
                }
            }
        };
    }

    /// Room for all gradients, if there is any: else they are summed up twice, to the same bits.
    private @Nullable KeptGradients kept(boolean whole) {
        if (keptGradients == null && (whole || KeptGradients.fit(weights.shape()))) {
            keptGradients = new KeptGradients(weights.shape());
        }
        return keptGradients;
    }

    /// Gradients of everything but encoder and decoder rows.
    private Map<Parameter, float[]> others(Batch batch, List<Channel> channels) {
        Map<Parameter, float[]> all = new LinkedHashMap<>();
        for (FeatureGradients.Vector v : gradients.vectors()) {
            if (v.parameter() != null) {
                all.put(v.parameter(), v.gradient());
            }
        }
        int rows = batch.rows();
        int d = weights.dOut();
        double[] out = Sums.columns(workers, main.errors(0), rows, d);
        if (gradients.secondTrainsDecoder()) {
            Sums.add(out, Sums.columns(workers, main.secondErrors(), rows, d));
        }
        for (Channel c : channels) {
            float[] errors = c.biasErrors();
            if (errors != null) {
                Sums.add(out, Sums.columns(workers, errors, rows, d));
            }
        }
        Parameter pre = weights.preBias();
        if (pre != null) {
            double[] sum = gradients.centring();
            Sums.add(sum, out);
            all.put(pre, Sums.floats(sum));
        }
        if (recipe.inputBias() == Recipe.InputBias.DECODER) {
            Sums.add(out, gradients.centring());
        }
        all.put(weights.decoderBias(), Sums.floats(out));
        Parameter skip = weights.skip();
        if (skip != null) {
            float[] g = new float[skip.value().length];
            Products.addTransposedProduct(
                    workers, main.errors(0), 0, d, batch.x(), 0, weights.dIn(), rows, g, 0);
            all.put(skip, g);
        }
        return all;
    }
}
