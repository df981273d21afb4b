package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A TopK release in one torch file, `sae_weights.pt`:
/// `{config: {d_in, d_sae, k}, model_state_dict: {...}}`.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | a feature is a column |
/// | `b_enc` | `[d_sae]` | |
/// | `W_dec` | `[d_sae, d_in]` | a feature is a row |
/// | `b_dec` | `[d_in]` | not subtracted from the input |
/// | `feature_activations`, `steps_since_active` | `[d_sae]` int64 | counts of the training |
///
/// The `k` largest pre-activations, then ReLU. Beside it may lie `train_summary.json`, and features
/// and labels for an explorer.
final class TopKPtFormat implements CheckpointFormat {
    static final String NAME = "topk_pt";
    static final String WEIGHTS = "sae_weights.pt";
    static final String STATE = "model_state_dict";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> file = candidate.weights(WEIGHTS);
        if (file.isEmpty()) {
            return Optional.of("the folder has no " + WEIGHTS);
        }
        var tensors = candidate.tensors(file.get());
        if (!tensors.values().path("config").has("k")) {
            return Optional.of("there is no 'config' with a 'k' in the file");
        }
        return StateDict.of(tensors, STATE)
                .lacks(StateDict.W_NAMES)
                .map(miss -> miss + " in '" + STATE + "'");
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = candidate.weights(WEIGHTS).orElseThrow();
        var tensors = candidate.tensors(file);
        var config = new ConfigFile(file, tensors.values().path("config"));
        var sizes =
                new Sizes(
                        config.size("d_in"),
                        config.size("d_sae"),
                        "config says d_in=%d, d_sae=%d"
                                .formatted(config.size("d_in"), config.size("d_sae")));
        int k = sizes.k(file, "config", config.size("k"));
        List<String> notes = new ArrayList<>();
        var canonical =
                new SaeConfig(
                        sizes.dIn(),
                        sizes.dSae(),
                        new Activation.TopK(k),
                        false,
                        metadata(candidate, config, notes));
        StateDict state = StateDict.of(tensors, STATE);
        var weights = state.inOut(sizes, "W_enc", "b_enc", "W_dec", "b_dec");
        return new Sae(List.of(Reading.only(canonical, weights)), notes, candidate);
    }

    /// A damaged summary is no reason to refuse weights that are whole.
    private static Map<String, Object> metadata(
            Candidate candidate, ConfigFile config, List<String> notes) {
        Map<String, Object> more = new LinkedHashMap<>(config.values());
        more.keySet().removeAll(List.of("d_in", "d_sae", "k"));
        Optional<Path> file = candidate.beside("train_summary.json");
        if (file.isEmpty()) {
            return Metadata.of(NAME, more);
        }
        try {
            var summary = new ConfigFile(file.get(), candidate.json(file.get()));
            Map<String, Object> values = summary.values();
            return Metadata.of(
                    "hook_layer", values.get("layer"), "train_summary", values, NAME, more);
        } catch (Sae4jException e) {
            notes.add("the summary of the training run is left out: " + e.getMessage());
            return Metadata.of(NAME, more);
        }
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new TopKPtWriter());
    }
}
