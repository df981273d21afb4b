package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.SaeWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The dictionary classes of dictionary_learning, with the tensors of each in the order in which the
/// class keeps them.
enum DictionaryClass {
    AUTO_ENCODER("AutoEncoder", "StandardTrainer", "encoder.bias", "bias"),
    AUTO_ENCODER_NEW(
            "AutoEncoderNew", "StandardTrainerAprilUpdate", "encoder.bias", "decoder.bias"),
    GATED("GatedAutoEncoder", "GatedSAETrainer", null, "decoder_bias"),
    TOP_K("AutoEncoderTopK", "TopKTrainer", "encoder.bias", "b_dec"),
    BATCH_TOP_K("BatchTopKSAE", "BatchTopKTrainer", "encoder.bias", "b_dec"),
    MATRYOSHKA("MatryoshkaBatchTopKSAE", "MatryoshkaBatchTopKTrainer", "b_enc", "b_dec"),
    JUMP_RELU("JumpReluAutoEncoder", "JumpReluTrainer", "b_enc", "b_dec");

    private final String word;
    private final String trainer;
    private final @Nullable String encoderBias;
    private final String decoderBias;

    DictionaryClass(String word, String trainer, @Nullable String encoderBias, String decoderBias) {
        this.word = word;
        this.trainer = trainer;
        this.encoderBias = encoderBias;
        this.decoderBias = decoderBias;
    }

    /// As `dict_class` spells it.
    String word() {
        return word;
    }

    /// The usual `trainer_class`, by which SAEBench goes.
    String trainer() {
        return trainer;
    }

    /// All tensors, in the order of the class.
    List<String> tensors() {
        return switch (this) {
            case AUTO_ENCODER ->
                    List.of("bias", "encoder.weight", "encoder.bias", "decoder.weight");
            case AUTO_ENCODER_NEW ->
                    List.of("encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias");
            case GATED ->
                    List.of(
                            "decoder_bias",
                            "r_mag",
                            "gate_bias",
                            "mag_bias",
                            "encoder.weight",
                            "decoder.weight");
            case TOP_K, BATCH_TOP_K ->
                    List.of(
                            "b_dec",
                            "k",
                            "threshold",
                            "decoder.weight",
                            "encoder.weight",
                            "encoder.bias");
            case MATRYOSHKA ->
                    List.of("W_enc", "b_enc", "W_dec", "b_dec", "k", "threshold", "group_sizes");
            case JUMP_RELU -> List.of("W_enc", "b_enc", "W_dec", "b_dec", "threshold");
        };
    }

    /// Name of `b_dec: [d_in]`.
    String decoderBias() {
        return decoderBias;
    }

    /// True for classes made of `nn.Linear`: `encoder.weight: [d_sae, d_in]`.
    boolean isLinear() {
        return this != MATRYOSHKA && this != JUMP_RELU;
    }

    /// Name of the encoder's matrix.
    String encoder() {
        return isLinear() ? "encoder.weight" : "W_enc";
    }

    /// True if features are chosen by rank, or by one threshold learned for that.
    boolean isTopK() {
        return this == TOP_K || this == BATCH_TOP_K || this == MATRYOSHKA;
    }

    /// A class by its name.
    static Optional<DictionaryClass> named(String word) {
        return Arrays.stream(values()).filter(c -> c.word.equals(word)).findFirst();
    }

    /// All names, for messages.
    static String words() {
        return Arrays.stream(values()).map(DictionaryClass::word).collect(Collectors.joining(", "));
    }

    /// The classes that keep just such tensors.
    static List<DictionaryClass> of(StateDict state) {
        return Arrays.stream(values()).filter(c -> c.mismatch(state).isEmpty()).toList();
    }

    /// What a state dict lacks, or has too much, to be of this class. Early versions of the TopK
    /// classes kept neither `k` nor `threshold` in it.
    Optional<String> mismatch(StateDict state) {
        for (String name : tensors()) {
            boolean optional = isTopK() && (name.equals("k") || name.equals("threshold"));
            if (!optional && !state.has(name)) {
                return Optional.of("there is no tensor '%s'".formatted(name));
            }
        }
        return state.tensors().keySet().stream()
                .filter(name -> !tensors().contains(name))
                .findFirst()
                .map("the class has no '%s'"::formatted);
    }

    /// The weights as they are stored.
    SaeWeights weights(StateDict state, Sizes sizes) {
        return isLinear()
                ? state.outIn(sizes, "encoder.weight", encoderBias, "decoder.weight", decoderBias)
                : state.inOut(sizes, "W_enc", encoderBias, "W_dec", decoderBias);
    }

    /// Sizes that the shape of the encoder gives.
    Sizes sizes(StateDict state) {
        int features = state.size(encoder(), isLinear() ? 0 : 1);
        int width = state.size(encoder(), isLinear() ? 1 : 0);
        return new Sizes(
                width,
                features,
                "%s is [%d, %d]"
                        .formatted(
                                encoder(),
                                isLinear() ? features : width,
                                isLinear() ? width : features));
    }

    /// Refuses a state dict of another class.
    ///
    /// @param source where the class is named
    void check(StateDict state, String source) {
        mismatch(state)
                .ifPresent(why -> {
                    throw Sae4jException.in(
                            state.file(),
                            "is no %s, as %s has it: %s".formatted(word, source, why));
                });
    }
}
