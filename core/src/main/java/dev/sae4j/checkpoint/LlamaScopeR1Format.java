package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Llama Scope R1: `config.json` (`d_model`, `expansion_factor`, `hook_point_in`) and
/// `sae_weights.safetensors`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `encoder.weight` | `[d_sae, d_model]` | |
/// | `encoder.bias` | `[d_sae]` | |
/// | `decoder.weight` | `[d_model, d_sae]` | a feature is a column |
/// | `decoder.bias` | `[d_model]` | not subtracted from the input |
/// | `log_jumprelu_threshold` | `[d_sae]` | `log` of the thresholds |
///
/// Trained on activations scaled to norm `sqrt(d_model)` on average; the factor is in no file, so
/// none is applied. By OpenMOSS.
final class LlamaScopeR1Format implements CheckpointFormat {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "sae_weights.safetensors";
    private static final String THRESHOLD = "log_jumprelu_threshold";

    @Override
    public String name() {
        return "llama_scope_r1";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> weights = candidate.weights(WEIGHTS);
        if (weights.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        StateDict state = StateDict.of(candidate.tensors(weights.get()));
        if (!state.has(THRESHOLD)) {
            return state.lacks(THRESHOLD);
        }
        return candidate.beside(CONFIG).isEmpty()
                ? Optional.of("there is no " + CONFIG)
                : state.lacks(StateDict.LINEAR_NAMES);
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.beside(CONFIG).orElseThrow();
        var config = new ConfigFile(file, candidate.json(file));
        StateDict state = StateDict.of(candidate.tensors(candidate.weights(WEIGHTS).orElseThrow()));
        int dIn = config.size("d_model");
        double expected = Math.rint(dIn * config.number("expansion_factor"));
        if (!(expected >= 1) || expected > Integer.MAX_VALUE) {
            throw config.wrong("a factor of 1/d_model or more", "expansion_factor");
        }
        int dSae = (int) expected;
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        "%s says d_model=%d, expansion_factor=%s"
                                .formatted(CONFIG, dIn, config.number("expansion_factor")));
        var canonical =
                new SaeConfig(
                        dIn,
                        dSae,
                        new Activation.JumpRelu(thresholds(state, sizes)),
                        false,
                        Metadata.of(
                                "hook_name",
                                config.isAbsent("hook_point_in")
                                        ? null
                                        : config.word("hook_point_in", ""),
                                "llama_scope_r1",
                                config.values()));
        return new Sae(
                List.of(
                        Reading.only(
                                canonical,
                                state.outIn(
                                        sizes,
                                        "encoder.weight",
                                        "encoder.bias",
                                        "decoder.weight",
                                        "decoder.bias"))),
                List.of(
                        "it was trained on activations scaled to norm sqrt(d_in) on average; the factor is in no file, and none is applied: scale activations yourself"),
                candidate);
    }

    private static float[] thresholds(StateDict state, Sizes sizes) {
        float[] threshold = state.vector(THRESHOLD, sizes.why(), sizes.dSae());
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] = (float) Math.exp(threshold[j]);
        }
        return threshold;
    }
}
