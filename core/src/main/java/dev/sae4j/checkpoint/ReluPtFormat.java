package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.TensorFile;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Plain ReLU SAEs in one file of any container and without a config that counts: releases such as
/// DeepSeek-R1's, snapshots `sae_layer{LL}_{50M|final}.pt`, own experiments.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `encoder.weight` | `[d_sae, d_in]` | or `W_enc`, `[d_in, d_sae]` or `[d_sae, d_in]` |
/// | `encoder.bias` | `[d_sae]` | or `b_enc` |
/// | `decoder.weight` | `[d_in, d_sae]` | or `W_dec`, the other way round than `W_enc` |
/// | `decoder.bias` | `[d_in]` | or `b_dec`; whether it is subtracted from the input is not said |
///
/// They lie at the top or below `state_dict`, `model_state_dict` or `model`, beside `optimizer`,
/// `config`, `step`, `layer`. By default the input is taken as it is; the reading `centered`
/// subtracts the decoder's bias. Other tensors of fractions beside the four mean another kind of
/// SAE. Matrices that are square and called `W_*` may be either way round: the user must say.
final class ReluPtFormat implements CheckpointFormat {
    static final String NAME = "relu_pt";
    private static final List<String> PLACES =
            List.of("", "state_dict", "model_state_dict", "model");

    @Override
    public String name() {
        return NAME;
    }

    /// The four tensors.
    ///
    /// @param place where they lie; empty for the top
    /// @param names encoder, its bias, decoder, its bias
    private record Found(StateDict state, String place, String[] names) {
        boolean linear() {
            return names[0].equals("encoder.weight");
        }
    }

    private static @Nullable Found find(TensorFile file) {
        for (String place : PLACES) {
            StateDict state = place.isEmpty() ? StateDict.of(file) : StateDict.of(file, place);
            if (state.has(StateDict.LINEAR_NAMES)) {
                return new Found(state, place, StateDict.LINEAR_NAMES);
            }
            if (state.has(StateDict.W_NAMES)) {
                return new Found(state, place, StateDict.W_NAMES);
            }
        }
        return null;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> path = candidate.only(ReleaseName.WRITTEN);
        if (path.isEmpty()) {
            return Optional.of(
                    "the folder has not just one file sae.pt or sae_layer{LL}_{tokens}.pt: give a file");
        }
        TensorFile file = candidate.tensors(path.get());
        Found found = find(file);
        if (found == null) {
            return Optional.of(
                    "there are neither encoder.weight, encoder.bias, decoder.weight, decoder.bias nor W_enc, W_dec, b_enc, b_dec");
        }
        if (NAME.equals(candidate.options().format())) {
            return Optional.empty();
        }
        if (path.get().endsWith(SaeLensFormat.WEIGHTS)) {
            return Optional.of(
                    "the name is SAELens', whose cfg.json is missing; --format relu_pt reads it as plain ReLU");
        }
        return other(file, found)
                .map(name ->
                        "it has '%s' too, which a plain ReLU SAE has not; --format relu_pt ignores it"
                                .formatted(name));
    }

    /// A tensor of fractions beside the four.
    private static Optional<String> other(TensorFile file, Found found) {
        Set<String> known = Set.of(found.names());
        JsonNode beside = file.values();
        return found.state().tensors().entrySet().stream()
                .filter(e -> !known.contains(e.getKey()) && e.getValue().dtype().isFloating())
                .map(Map.Entry::getKey)
                .filter(name ->
                        !found.place().isEmpty()
                                || !beside.path(name.split("\\.", 2)[0]).isObject())
                .findFirst();
    }

    @Override
    public Sae open(Candidate candidate) {
        Path path = candidate.only(ReleaseName.WRITTEN).orElseThrow();
        TensorFile file = candidate.tensors(path);
        Found found = find(file);
        if (found == null) {
            throw Sae4jException.in(path, "has no encoder and decoder");
        }
        StateDict state = found.state();
        String[] n = found.names();
        int dSae = state.length(n[1]);
        int dIn = state.length(n[3]);
        var sizes = new Sizes(dIn, dSae, "%s is [%d], %s [%d]".formatted(n[1], dSae, n[3], dIn));
        Orientation orientation = orientation(candidate, found, sizes);
        SaeWeights weights =
                orientation == Orientation.IN_OUT
                        ? state.inOut(sizes, n[0], n[1], n[2], n[3])
                        : state.outIn(sizes, n[0], n[1], n[2], n[3]);
        var config =
                new SaeConfig(
                        dIn, dSae, new Activation.Relu(), false, metadata(path, file.values()));
        boolean turned = !found.linear() && orientation == Orientation.OUT_IN;
        return new Sae(
                List.of(
                        new Reading(
                                Reading.ONLY,
                                "activations are encoded as they are",
                                config,
                                weights),
                        new Reading(
                                "centered",
                                "the decoder's bias is subtracted from activations first",
                                config.withCentred(true),
                                weights)),
                turned ? List.of(TURNED) : List.of(),
                candidate);
    }

    private static final String TURNED =
            "W_enc is [d_sae, d_in], as in Qwen Scope, whose SAEs are TopK: if it is one, keep the names of its file and folder, layer{n}.sae.pt in ...-L0_{k}";

    private static Orientation orientation(Candidate candidate, Found found, Sizes sizes) {
        Orientation said = candidate.options().orientation();
        if (said != null) {
            return said;
        }
        if (found.linear()) {
            return Orientation.OUT_IN;
        }
        if (sizes.dIn() == sizes.dSae()) {
            throw Sae4jException.in(
                    found.state().file(),
                    "has W_enc [%d, %d]: which way round it is, its shape cannot say. Give --orientation in-out for x·W_enc, as in SAELens, or --orientation out-in for W_enc·x"
                            .formatted(sizes.dSae(), sizes.dIn()));
        }
        return found.state().size("W_enc", 0) == sizes.dSae()
                ? Orientation.OUT_IN
                : Orientation.IN_OUT;
    }

    private static Map<String, Object> metadata(Path file, JsonNode values) {
        Map<String, Object> metadata = new LinkedHashMap<>(ReleaseName.metadata(file, ""));
        var beside = new ConfigFile(file, values);
        if (values.path("layer").canConvertToInt()) {
            metadata.putIfAbsent("hook_layer", values.path("layer").asInt());
        }
        metadata.putAll(Metadata.of(NAME, beside.below("config").values()));
        return metadata;
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new ReluPtWriter());
    }
}
