package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.InputTransform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is done to the input of a SAELens model: what `normalize_activations` names per token, and,
/// in folders that the training runner left, the statistics of the data beside the weights:
/// `activation_scaler.json` (`scaling_factor`, or null; `has_whitening`) and
/// `activation_whitening.safetensors` (`mean: [d_in]`, `matrix` and `inverse_matrix: [d_in, d_in]`,
/// float64).
///
/// @param named what cfg.json alone says
/// @param transform that, or the statistics of the folder
/// @param hasStatistics true if the folder holds an `activation_scaler.json`
/// @param notes what a reader should know
record SaeLensInput(
        InputTransform named, InputTransform transform, boolean hasStatistics, List<String> notes) {
    private static final String SCALER = "activation_scaler.json";
    private static final String WHITENING = "activation_whitening.safetensors";

    static SaeLensInput of(Candidate candidate, SaeLensConfig config) {
        List<String> notes = new ArrayList<>();
        InputTransform named = named(config);
        Optional<InputTransform> measured = statistics(candidate, config);
        boolean hasScaler = candidate.beside(SCALER).isPresent();
        boolean isMissing =
                switch (config.normalisation()) {
                    case EXPECTED_AVERAGE_ONLY_IN, COVARIANCE_WHITENING -> !hasScaler;
                    default -> false;
                };
        if (isMissing) {
            notes.add(
                    "cfg.json names normalize_activations '%s', but its statistics are in no file: as in SAELens, nothing is applied"
                            .formatted(config.normalisation().word()));
        }
        return new SaeLensInput(named, measured.orElse(named), hasScaler, notes);
    }

    private static InputTransform named(SaeLensConfig config) {
        boolean undone =
                !config.architecture().isTranscoder(); // SAELens leaves their output as it is
        return switch (config.normalisation()) {
            case NONE, EXPECTED_AVERAGE_ONLY_IN, COVARIANCE_WHITENING -> InputTransform.NONE;
            case LAYER_NORM ->
                    new InputTransform.LayerNorm(InputTransform.LayerNorm.EPSILON, undone);
            case CONSTANT_NORM_RESCALE -> new InputTransform.ConstantNorm(undone);
            case CONSTANT_SCALAR_RESCALE ->
                    scale(
                            config.file().file(),
                            config.file().number("activation_normalization_factor", 1));
        };
    }

    private static Optional<InputTransform> statistics(Candidate candidate, SaeLensConfig config) {
        Optional<Path> file = candidate.beside(SCALER);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        var scaler = new ConfigFile(file.get(), candidate.json(file.get()));
        if (!scaler.isAbsent("scaling_factor")) {
            return Optional.of(scale(scaler.file(), scaler.number("scaling_factor")));
        }
        if (!scaler.flag("has_whitening", false)) {
            return Optional.empty();
        }
        Path whitening =
                candidate
                        .beside(WHITENING)
                        .orElseThrow(() ->
                                Sae4jException.in(
                                        scaler.file(),
                                        "says 'has_whitening', but there is no " + WHITENING));
        return Optional.of(whitening(candidate.tensors(whitening), config.dIn()));
    }

    /// Inputs times a factor that a file gives.
    static InputTransform scale(Path file, double factor) {
        if (!((float) Math.abs(factor) > 0) || !Float.isFinite((float) factor)) {
            throw Sae4jException.in(
                    file, "scales activations by %s: there is no way back".formatted(factor));
        }
        return factor == 1 ? InputTransform.NONE : new InputTransform.Scale((float) factor);
    }

    private static InputTransform whitening(TensorFile file, int d) {
        String why = "cfg.json says d_in=" + d;
        return new InputTransform.Whitening(
                file.require("mean", why, d).toDoubles(),
                file.require("matrix", why, d, d).toDoubles(),
                file.require("inverse_matrix", why, d, d).toDoubles());
    }
}
