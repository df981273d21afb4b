package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.TemporalLayer;
import java.util.ArrayList;
import java.util.List;

/// The attention layers of SAELens' temporal SAEs:
/// `attn_layers.{i}.{k_ctx,q_target,v_ctx,c_proj}.{weight,bias}`. Keys and queries are
/// `d_sae / bottleneck_factor` wide, values and output `d_sae`.
final class SaeLensTemporal {
    private static final int MAX_LAYERS = 64;

    private SaeLensTemporal() {}

    static Activation activation(SaeLensConfig config, StateDict state) {
        ConfigFile file = config.file();
        return activation(
                file,
                state,
                config.sizes(),
                file.word("sae_diff_type", "topk"),
                new Shape(
                        file.optionalSize("n_heads").orElse(8),
                        file.optionalSize("n_attn_layers").orElse(1),
                        file.optionalSize("bottleneck_factor").orElse(64)));
    }

    /// @param heads attention heads
    /// @param layers attention layers
    /// @param bottleneck features per float of a key
    record Shape(int heads, int layers, int bottleneck) {}

    static Activation activation(
            ConfigFile file, StateDict state, Sizes sizes, String difference, Shape shape) {
        if (!difference.equals("topk") && !difference.equals("relu")) {
            throw Sae4jException.in(
                    file.file(),
                    "has sae_diff_type '%s': known are topk and relu".formatted(difference));
        }
        Integer k = difference.equals("topk") ? file.optionalSize("kval_topk").orElse(null) : null;
        if (k != null && k > sizes.dSae()) {
            throw Sae4jException.in(
                    file.file(), "has kval_topk = %d, more than d_sae".formatted(k));
        }
        int f = sizes.dSae();
        if (shape.layers() > MAX_LAYERS
                || (long) shape.bottleneck() * shape.heads() > f
                || f % (shape.bottleneck() * shape.heads()) != 0) {
            throw Sae4jException.in(
                    file.file(),
                    "has %d heads, %d layers and bottleneck factor %d: d_sae = %d cannot be divided so"
                            .formatted(shape.heads(), shape.layers(), shape.bottleneck(), f));
        }
        List<TemporalLayer> layers = new ArrayList<>();
        for (int i = 0; i < shape.layers(); i++) {
            String at = "attn_layers." + i + ".";
            int narrow = f / shape.bottleneck();
            layers.add(
                    new TemporalLayer(
                            shape.heads(),
                            part(state, sizes, at + "k_ctx", narrow),
                            part(state, sizes, at + "q_target", narrow),
                            part(state, sizes, at + "v_ctx", f),
                            part(state, sizes, at + "c_proj", f)));
        }
        return new Activation.Temporal(k, layers);
    }

    private static TemporalLayer.Part part(StateDict state, Sizes sizes, String name, int outputs) {
        return new TemporalLayer.Part(
                FileMatrix.ofRows(
                        state.floating(name + ".weight", sizes.why(), outputs, sizes.dSae())),
                state.vector(name + ".bias", sizes.why(), outputs));
    }
}
