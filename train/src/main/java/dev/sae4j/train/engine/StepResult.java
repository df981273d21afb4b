package dev.sae4j.train.engine;

import java.util.Map;

/// What one step found, before it changed the weights.
///
/// @param loss all terms with their coefficients
/// @param error the reconstruction's part: all levels, as the recipe sums squared errors
/// @param fullError the same for the full width alone; `error` unless there are Matryoshka levels
/// @param second error of the gate's own reconstruction; 0 if not gated
/// @param sparsity the sparsity term before its coefficient
/// @param nextSparsity the same with the next exponent of an annealed one, else NaN
/// @param preAct the term on dead pre-activations, its coefficient included
/// @param aux the auxiliary loss before its coefficient, or that of ghost gradients; 0 if no feature
///     was dead
/// @param multiTopK error of the reconstruction from `4k` features, before the eighth
/// @param fvu fraction of variance unexplained on this batch
/// @param l0 mean features per row that are not 0
/// @param dead features that counted as dead
/// @param settings what the schedules had said
/// @param threshold running threshold after this step; negative before the first
/// @param gradientNorm L2 norm over all gradients, after projection and before clipping
/// @param gradientNorms the same for each parameter, before projection
/// @param done false if the loss or the gradients were not finite: training cannot go on
public record StepResult(
        double loss,
        double error,
        double fullError,
        double second,
        double sparsity,
        double nextSparsity,
        double preAct,
        double aux,
        double multiTopK,
        double fvu,
        double l0,
        int dead,
        StepSettings settings,
        double threshold,
        double gradientNorm,
        Map<String, Double> gradientNorms,
        boolean done) {}
