package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The ways to compute with a dictionary of dictionary_learning.
///
/// @param type its class
/// @param config as stored; a [Activation.BatchTopK] for all TopK classes
/// @param weights as stored
record DictionaryReadings(DictionaryClass type, SaeConfig config, SaeWeights weights) {
    /// All readings, the library's own first; of scaled dictionaries, those with the scale undone
    /// first.
    ///
    /// @param factor what biases and thresholds are multiplied by
    List<Reading> scaled(float factor) {
        if (factor == 1) {
            return readings();
        }
        List<Reading> all =
                new ArrayList<>(
                        new DictionaryReadings(type, times(config, factor), times(weights, factor))
                                .readings());
        String first = all.getFirst().name();
        for (Reading stored : readings()) {
            all.add(
                    new Reading(
                            (stored.name().equals(first) ? "" : stored.name() + "_")
                                    + "without_norm_factor",
                            stored.meaning()
                                    + "; in the units of scaled activations, as the backup has them",
                            stored.config(),
                            stored.weights()));
        }
        return all;
    }

    private List<Reading> readings() {
        return switch (type) {
            case AUTO_ENCODER ->
                    List.of(
                            stored(),
                            folded(
                                    "load_dictionary",
                                    "decoder rows of length 1, features times the length they had: what load_dictionary makes of the file"));
            case AUTO_ENCODER_NEW ->
                    List.of(
                            stored(),
                            folded(
                                    "times_decoder_norm",
                                    "features times the length of their decoder row, as forward(output_features=True) gives them"));
            case GATED, JUMP_RELU -> List.of(Reading.only(config, weights));
            case TOP_K, BATCH_TOP_K, MATRYOSHKA ->
                    byRank((Activation.BatchTopK) config.activation());
        };
    }

    private Reading stored() {
        return new Reading("as_stored", "the weights as they are", config, weights);
    }

    private Reading folded(String name, String meaning) {
        return new Reading(name, meaning, config, DecoderNorms.fold(weights));
    }

    private List<Reading> byRank(Activation.BatchTopK rule) {
        int k = (int) rule.k();
        List<Reading> all = new ArrayList<>();
        Reading perRow = reading("topk", "the k largest of each row", new Activation.TopK(k));
        if (type == DictionaryClass.TOP_K) {
            all.add(perRow);
        }
        if (rule.threshold() != null) {
            all.add(Readings.threshold(config.withActivation(rule), weights));
        }
        if (type == DictionaryClass.TOP_K) {
            return all;
        }
        all.add(Readings.batchTopK(config.withActivation(rule.exact()), weights));
        all.add(perRow);
        all.add(
                new Reading(
                        "topk_card",
                        "the k largest of each row, negative ones too, without subtracting b_dec: the example of a published release",
                        config.withActivation(new Activation.SignedTopK(k)).withCentred(false),
                        weights));
        return all;
    }

    private Reading reading(String name, String meaning, Activation activation) {
        return new Reading(name, meaning, config.withActivation(activation), weights);
    }

    private static SaeWeights times(SaeWeights weights, float factor) {
        return new SaeWeights(
                weights.encoder(),
                times(weights.encoderBias(), factor),
                weights.decoder(),
                times(weights.decoderBias(), factor),
                weights.preBias(),
                weights.skip(),
                weights.tensors());
    }

    /// As `scale_biases` does it: `r_mag` is no bias, and a threshold below 0 was never set.
    private static SaeConfig times(SaeConfig config, float factor) {
        return switch (config.activation()) {
            case Activation.BatchTopK(double k, Float threshold)
                    when threshold != null && threshold >= 0 ->
                    withThreshold(config, new Activation.BatchTopK(k, threshold * factor));
            case Activation.JumpRelu(float[] threshold) ->
                    config.withActivation(new Activation.JumpRelu(times(threshold, factor)));
            case Activation.Gated(float[] gate, float[] scale, float[] magnitude) ->
                    config.withActivation(
                            new Activation.Gated(
                                    times(gate, factor), scale, times(magnitude, factor)));
            default -> config;
        };
    }

    private static SaeConfig withThreshold(SaeConfig config, Activation.BatchTopK rule) {
        Map<String, Object> metadata = new LinkedHashMap<>(config.metadata());
        Map<String, Object> own = Kept.object(metadata.get(DictionaryLearningFormat.NAME));
        own.put("threshold", rule.threshold());
        metadata.put(DictionaryLearningFormat.NAME, own);
        return new SaeConfig(
                config.dIn(),
                config.dOut(),
                config.dSae(),
                rule,
                config.input(),
                config.centred(),
                config.transcoder(),
                config.prefixes(),
                metadata);
    }

    private static float[] times(float[] values, float factor) {
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }
}
