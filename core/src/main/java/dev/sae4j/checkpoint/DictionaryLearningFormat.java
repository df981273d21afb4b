package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.InputTransform;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A trainer's folder of dictionary_learning: `ae.pt` and `config.json` (`trainer`, `buffer`), a
/// file of its `checkpoints/`, or a backup `{step, ae, optimizer, config, norm_factor}`.
///
/// | `trainer.dict_class` | tensors | `b_dec` is subtracted |
/// |---|---|---|
/// | `AutoEncoder` | `bias [d_in]`, linear, `encoder.bias` | yes |
/// | `AutoEncoderNew` | linear, `encoder.bias`, `decoder.bias [d_in]` | no |
/// | `GatedAutoEncoder` | `decoder_bias [d_in]`, `r_mag`, `gate_bias`, `mag_bias`, linear | yes |
/// | `AutoEncoderTopK`, `BatchTopKSAE` | `b_dec`, `k`, `threshold`, linear, `encoder.bias` | yes |
/// | `MatryoshkaBatchTopKSAE` | matrices, `b_enc`, `b_dec`, `k`, `threshold`, `group_sizes` | yes |
/// | `JumpReluAutoEncoder` | matrices, `b_enc`, `b_dec`, `threshold [d_sae]` | no |
///
/// Linear: `encoder.weight [d_sae, d_in]`, `decoder.weight [d_in, d_sae]`. Matrices:
/// `W_enc [d_in, d_sae]`, `W_dec [d_sae, d_in]`. `k` is an int32 scalar; `threshold` of the TopK
/// classes a float32 scalar, -1 until training has set it; `group_sizes` are int64 increments.
///
/// Without a `config.json` the tensors tell the class, except that TopK and BatchTopK keep the same
/// ones: then the reading asked for decides. Tensors called as in `AutoEncoderNew` and
/// `JumpReluAutoEncoder` are found in other formats too: there, the file must be called `ae.pt` or
/// `ae_N.pt`. Backups keep biases in the units of scaled activations; `norm_factor` brings them
/// back. [DictionaryReadings] lists the ways to read.
final class DictionaryLearningFormat implements CheckpointFormat {
    static final String NAME = "dictionary_learning";

    private static final Pattern FILE_NAME = Pattern.compile("ae(_\\d+)?\\.pt");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        Optional<Path> weights = candidate.weights(DictionaryFile.WEIGHTS);
        if (weights.isEmpty()) {
            return Optional.of("the folder has no " + DictionaryFile.WEIGHTS);
        }
        StateDict state = DictionaryFile.state(candidate.tensors(weights.get()));
        List<DictionaryClass> classes = DictionaryClass.of(state);
        boolean isOwn =
                classes.stream()
                        .anyMatch(c ->
                                c != DictionaryClass.AUTO_ENCODER_NEW
                                        && c != DictionaryClass.JUMP_RELU
                                        && (!c.isTopK() || state.has("k")));
        boolean isCalledSo =
                FILE_NAME.matcher(String.valueOf(weights.get().getFileName())).matches()
                        || NAME.equals(candidate.options().format());
        if (isOwn || (isCalledSo && !classes.isEmpty()) || isDescribed(candidate, state)) {
            return Optional.empty();
        }
        return Optional.of(
                classes.isEmpty()
                        ? "the tensors are of none of its classes"
                        : "the tensors are named as in other formats too, and no %s names a dict_class"
                                .formatted(DictionaryFile.CONFIG));
    }

    private static boolean isDescribed(Candidate candidate, StateDict state) {
        if (!state.has("encoder.weight") && !state.has("W_enc")) {
            return false;
        }
        Optional<Path> config = DictionaryFile.config(candidate);
        try {
            return config.isPresent()
                    && DictionaryFile.describes(
                            new ConfigFile(config.get(), candidate.json(config.get())));
        } catch (Sae4jException e) {
            return false; // damaged, and perhaps of another format
        }
    }

    @Override
    public Sae open(Candidate candidate) {
        Path weights = candidate.weights(DictionaryFile.WEIGHTS).orElseThrow();
        DictionaryFile file = DictionaryFile.of(candidate, weights);
        DictionaryClass type = type(file, candidate.options().reading());
        Sizes sizes = file.sizes(type);
        Float threshold = type.isTopK() ? threshold(file.state()) : null;
        List<String> notes = new ArrayList<>();
        if (type.isTopK() && threshold == null) {
            notes.add("it has no threshold: features are chosen by rank only");
        } else if (threshold != null && threshold == -1) {
            notes.add(
                    "its threshold is -1: training ended before one was set, so the reading 'threshold' keeps all positive features; 'batch_topk' and 'topk' choose by rank");
        }
        SaeConfig config = config(file, type, sizes, threshold);
        var readings = new DictionaryReadings(type, config, type.weights(file.state(), sizes));
        if (file.factor() != 1) {
            notes.add(
                    "it is a backup in units of scaled activations: biases and thresholds are multiplied by its norm_factor %s"
                            .formatted(file.factor()));
        }
        return new Sae(readings.scaled((float) file.factor()), notes, candidate);
    }

    private static DictionaryClass type(DictionaryFile file, @Nullable String reading) {
        String word = file.trainer().word("dict_class", "");
        if (!word.isEmpty()) {
            DictionaryClass type =
                    DictionaryClass.named(word)
                            .orElseThrow(() ->
                                    Sae4jException.in(
                                            file.config().file(),
                                            "has dict_class '%s': known are %s"
                                                    .formatted(word, DictionaryClass.words())));
            type.check(file.state(), file.source());
            return type;
        }
        List<DictionaryClass> fitting = DictionaryClass.of(file.state());
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        if (fitting.isEmpty()) {
            throw Sae4jException.in(
                    file.state().file(),
                    "holds the tensors of none of the classes " + DictionaryClass.words());
        }
        String trainer = file.trainer().word("trainer_class", "");
        return fitting.stream()
                .filter(c -> c.trainer().equals(trainer))
                .findFirst()
                .orElseGet(() -> asked(file, reading));
    }

    private static DictionaryClass asked(DictionaryFile file, @Nullable String reading) {
        if (reading == null) {
            throw Sae4jException.in(
                    file.state().file(),
                    "may be an AutoEncoderTopK or a BatchTopKSAE: they keep the same tensors, and there is no config.json to tell. Say which rule is meant: --reading topk (the k largest of each row), threshold (above the learned threshold) or batch_topk (k per row on average)");
        }
        return reading.equals("topk") ? DictionaryClass.TOP_K : DictionaryClass.BATCH_TOP_K;
    }

    private static @Nullable Float threshold(StateDict state) {
        return state.has("threshold") ? (float) state.scalar("threshold") : null;
    }

    private static SaeConfig config(
            DictionaryFile file, DictionaryClass type, Sizes sizes, @Nullable Float threshold) {
        StateDict state = file.state();
        int dSae = sizes.dSae();
        Activation activation =
                switch (type) {
                    case AUTO_ENCODER, AUTO_ENCODER_NEW -> new Activation.Relu();
                    case GATED ->
                            new Activation.Gated(
                                    state.vector("gate_bias", sizes.why(), dSae),
                                    state.vector("r_mag", sizes.why(), dSae),
                                    state.vector("mag_bias", sizes.why(), dSae));
                    case TOP_K, BATCH_TOP_K, MATRYOSHKA ->
                            new Activation.BatchTopK(file.k(dSae), threshold);
                    case JUMP_RELU ->
                            new Activation.JumpRelu(state.vector("threshold", sizes.why(), dSae));
                };
        boolean centred =
                type != DictionaryClass.AUTO_ENCODER_NEW && type != DictionaryClass.JUMP_RELU;
        List<Integer> prefixes =
                type == DictionaryClass.MATRYOSHKA ? prefixes(file, dSae) : List.of();
        return new SaeConfig(
                sizes.dIn(),
                sizes.dIn(),
                dSae,
                activation,
                InputTransform.NONE,
                centred,
                false,
                prefixes,
                metadata(file, threshold));
    }

    /// The threshold is kept for readings that do not use it: it belongs into the file again.
    private static Map<String, Object> metadata(DictionaryFile file, @Nullable Float threshold) {
        Map<String, Object> metadata = file.metadata();
        if (threshold != null) {
            Map<String, Object> own = Kept.object(metadata.get(NAME));
            own.put("threshold", threshold);
            metadata.put(NAME, own);
        }
        return metadata;
    }

    /// Widths that the increments in the file lead to.
    private static List<Integer> prefixes(DictionaryFile file, int dSae) {
        Tensor sizes = file.state().find("group_sizes").orElseThrow();
        if (sizes.shape().length != 1
                || sizes.dtype().isFloating()
                || sizes.elements() > dSae
                || sizes.dtype().isQuantised()) {
            throw Sae4jException.in(
                    file.state().file(),
                    "tensor %s: whole numbers that add up to %d were expected"
                            .formatted(sizes, dSae));
        }
        long[] increments = sizes.toLongs();
        DictionaryGroups.checkSame(file, increments);
        return DictionaryGroups.prefixes(file.state().file(), increments, dSae);
    }

    @Override
    public Optional<CheckpointWriter> writer() {
        return Optional.of(new DictionaryLearningWriter());
    }
}
