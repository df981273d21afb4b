package dev.sae4j.train;

import dev.sae4j.kernel.Vectors;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Matrix;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.InputScale;
import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Recipe;
import dev.sae4j.train.recipe.RecipeFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns weights as training has them into an SAE that takes activations as they are.
///
/// What was done to the input is folded into the weights, in the way of the library that does it:
///
/// - [InputScale.Type#UNIT_MEAN_SQUARE], factor `s`: biases and thresholds are divided by `s`, so
///   features are in the units of the activations and decoder rows keep their norm
///   (dictionary_learning's `scale_biases`);
/// - [InputScale.Type#MEAN_NORM]: `W_enc·s`, `W_dec/s`, `b_dec/s`; features stay in the units of the
///   scaled input (SAELens). The threshold of BatchTopK is divided by `s` if features were ranked by
///   the decoder's norm, as SAELens does it;
/// - [InputScale.Type#WHITENING]: `W_enc <- M·W_enc`, `W_dec <- W_dec·M⁻¹`,
///   `b_dec <- b_dec·M⁻¹ + mean` (SAELens);
/// - [InputScale.Type#LAYER_NORM] is no constant and stays a part of the SAE.
///
/// Where features were ranked by `z·‖W_dec‖`, norms are folded too, so that decoder rows have norm 1.
public final class TrainedSae {
    /// SAELens folds norms no smaller than this.
    private static final float SMALLEST_NORM = 1e-8f;

    private final Recipe recipe;
    private final InputScaling scaling;
    private final Parameters w;
    private final float[] encoder;
    private final float[] decoder;
    private final float[] encoderBias;
    private final float[] decoderBias;
    private double threshold;

    private TrainedSae(
            Recipe recipe, InputScaling scaling, Parameters weights, double runningThreshold) {
        this.recipe = recipe;
        this.scaling = scaling;
        this.w = weights;
        this.encoder = weights.encoder().value().clone();
        this.decoder = weights.decoder().value().clone();
        this.encoderBias = weights.encoderBias().value().clone();
        this.decoderBias = weights.decoderBias().value().clone();
        this.threshold = runningThreshold;
    }

    /// The SAE of a finished run.
    ///
    /// @param metadata where it comes from, as SAELens names it; must not depend on machine or time
    public static Sae of(TrainingResult result, Map<String, Object> metadata) {
        return of(
                result.recipe(),
                result.scaling(),
                result.weights(),
                result.threshold(),
                result.pairs(),
                metadata);
    }

    /// The SAE as it is now, of a run that goes on.
    public static Sae snapshot(TrainingRun run, Map<String, Object> metadata) {
        return of(
                run.recipe(),
                run.scaling(),
                run.result(),
                run.step().threshold().value(),
                run.pairs(),
                metadata);
    }

    /// @param threshold running threshold; negative or 0 for none
    /// @param pairs true if the weights predict from an input something else than itself
    static Sae of(
            Recipe recipe,
            InputScaling scaling,
            Parameters weights,
            double threshold,
            boolean pairs,
            Map<String, Object> metadata) {
        return new TrainedSae(recipe, scaling, weights, threshold).sae(pairs, metadata);
    }

    private Sae sae(boolean pairs, Map<String, Object> metadata) {
        fold();
        boolean transcodes = pairs || w.skip() != null;
        var config =
                new SaeConfig(
                        w.dIn(),
                        w.dSae(),
                        activation(),
                        !transcodes && recipe.inputBias() == Recipe.InputBias.DECODER,
                        metadata);
        if (transcodes) {
            config = config.asTranscoder(w.dOut());
        }
        Levels levels = recipe.loss().levels();
        if (levels != null) {
            config = config.withPrefixes(levels.widths(w.dSae()));
        }
        if (scaling.type() == InputScale.Type.LAYER_NORM) {
            config =
                    config.withInput(
                            new InputTransform.LayerNorm(
                                    InputTransform.LayerNorm.EPSILON, !transcodes));
        }
        return Sae.of(config, weights());
    }

    private SaeWeights weights() {
        int f = w.dSae();
        SaeWeights weights =
                SaeWeights.of(
                        Matrix.of(encoder, f, w.dIn()),
                        isGated() ? new float[f] : encoderBias,
                        Matrix.of(decoder, f, w.dOut()),
                        decoderBias);
        Parameter pre = w.preBias();
        if (pre != null) {
            weights = weights.withPreBias(pre.value().clone());
        }
        Parameter skip = w.skip();
        if (skip != null) {
            weights = weights.withSkip(Matrix.of(skip.value().clone(), w.dOut(), w.dIn()));
        }
        return weights;
    }

    private boolean isGated() {
        return recipe.activation() instanceof Architecture.Gated;
    }

    private Activation activation() {
        return switch (recipe.activation()) {
            case Architecture.Relu _ -> new Activation.Relu();
            case Architecture.Gated _ ->
                    new Activation.Gated(
                            inUnits(value(w.gateBias())), value(w.magnitudeScale()), encoderBias);
            case Architecture.TopK a -> new Activation.TopK(a.k());
            case Architecture.AbsTopK a -> new Activation.AbsTopK(a.k());
            case Architecture.BatchTopK a ->
                    new Activation.BatchTopK(a.k(), threshold > 0 ? (float) threshold : null);
            case Architecture.GroupMax a -> new Activation.GroupMax(a.k());
            case Architecture.JumpRelu a ->
                    a.learned()
                            ? new Activation.JumpRelu(inUnits(value(w.threshold())))
                            : Activation.JumpRelu.of((float) (a.threshold() / units()), w.dSae());
            case Architecture.MatchingPursuit a ->
                    new Activation.MatchingPursuit(
                            (float) a.residualThreshold(),
                            a.maxIterations(),
                            a.stopOnDuplicateSupport());
        };
    }

    private static float[] value(@Nullable Parameter p) {
        return Objects.requireNonNull(p).value().clone();
    }

    /// What pre-activations of training are, per unit of those of the SAE.
    private double units() {
        return scaling.type() == InputScale.Type.UNIT_MEAN_SQUARE ? scaling.factor() : 1;
    }

    private float[] inUnits(float[] values) {
        if (units() != 1) {
            Vectors.scale((float) (1 / units()), values, 0, values.length);
        }
        return values;
    }

    private void fold() {
        boolean whitened = scaling.type() == InputScale.Type.WHITENING;
        switch (scaling.type()) {
            case NONE, LAYER_NORM -> {}
            case UNIT_MEAN_SQUARE -> {
                inUnits(encoderBias);
                inUnits(decoderBias);
                threshold /= units();
            }
            case MEAN_NORM -> {
                float s = (float) scaling.factor();
                Vectors.scale(s, encoder, 0, encoder.length);
                Vectors.scale(1 / s, decoder, 0, decoder.length);
                Vectors.scale(1 / s, decoderBias, 0, decoderBias.length);
                if (recipe.rankByDecoderNorm()) {
                    threshold /= scaling.factor();
                }
            }
            case WHITENING -> foldNorms(); // before the matrices change them
        }
        if (whitened) {
            foldWhitening(Objects.requireNonNull(scaling.whitening()));
        } else {
            foldNorms();
        }
    }

    private void foldNorms() {
        if (!recipe.rankByDecoderNorm()) {
            return;
        }
        int d = w.dOut();
        for (int j = 0; j < w.dSae(); j++) {
            float norm =
                    Math.max(
                            (float) Math.sqrt(Vectors.squaredNorm(decoder, j * d, d)),
                            SMALLEST_NORM);
            Vectors.scale(norm, encoder, j * w.dIn(), w.dIn());
            encoderBias[j] *= norm;
            Vectors.scale(1 / norm, decoder, j * d, d);
        }
    }

    private void foldWhitening(InputScaling.Whitening whitening) {
        int d = w.dIn();
        float[] columns = new float[d * d]; // column c of `inverse` as a row
        for (int r = 0; r < d; r++) {
            for (int c = 0; c < d; c++) {
                columns[c * d + r] = whitening.inverse()[r * d + c];
            }
        }
        for (int j = 0; j < w.dSae(); j++) {
            times(whitening.matrix(), encoder, j * d, d);
            times(columns, decoder, j * d, d);
        }
        times(columns, decoderBias, 0, d);
        Vectors.addScaled(1f, whitening.mean(), 0, decoderBias, 0, d);
    }

    /// `row <- m·row`.
    private static void times(float[] m, float[] row, int at, int d) {
        float[] product = new float[d];
        for (int r = 0; r < d; r++) {
            product[r] = Vectors.dot(m, r * d, row, at, d);
        }
        System.arraycopy(product, 0, row, at, d);
    }

    /// What a run puts into the metadata of its SAE, beside where its data come from.
    public static Map<String, Object> facts(TrainingResult result) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("training_steps", result.steps());
        all.put("training_tokens", result.tokens());
        all.put("dead_features_at_end", result.deadAtEnd());
        List<String> scale = result.scaling().summary();
        if (!scale.isEmpty()) {
            all.put("input_scale", String.join(", ", scale));
        }
        if (result.bestEpoch() > 0) {
            all.put("best_epoch", result.bestEpoch());
        }
        all.put("recipe", RecipeFiles.toMap(result.recipe()));
        String failure = result.failure();
        if (failure != null) {
            all.put("stopped_early", failure);
        }
        return all;
    }
}
