package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.WeightNames;
import org.jspecify.annotations.Nullable;

/// The tensors of one layer where they lie in the files: names and sizes checked, nothing read.
/// [WeightNames] has the shapes.
record LayerTensors(
        Tensor attentionNorm,
        Projection query,
        Projection key,
        Projection value,
        Projection output,
        Tensor mlpNorm,
        Projection gate,
        Projection up,
        Projection down) {

    /// A linear layer.
    ///
    /// @param weight `[outputs, inputs]`
    /// @param bias `[outputs]`, null for none
    record Projection(Tensor weight, @Nullable Tensor bias) {
        float @Nullable [] biasValues() {
            return bias == null ? null : bias.toFloats();
        }
    }

    static LayerTensors find(ModelFiles files, DecoderSpec spec, WeightNames names, int layer) {
        return new Finder(files, spec, names, layer).find();
    }

    /// Finds one layer.
    private record Finder(ModelFiles files, DecoderSpec spec, WeightNames names, int layer) {
        LayerTensors find() {
            int width = spec.width();
            int queries = spec.attention().queryWidth();
            int kv = spec.attention().kvWidth();
            boolean bias = spec.attention().bias();
            int size = spec.mlp().size();
            boolean mlpBias = spec.mlp().bias();
            return new LayerTensors(
                    norm(names.attentionNorm()),
                    projection(names.query(), queries, width, bias),
                    projection(names.key(), kv, width, bias),
                    projection(names.value(), kv, width, bias),
                    projection(names.output(), width, queries, bias),
                    norm(names.mlpNorm()),
                    projection(names.gate(), size, width, mlpBias),
                    projection(names.up(), size, width, mlpBias),
                    projection(names.down(), width, size, mlpBias));
        }

        private Tensor norm(String part) {
            return files.require(names.in(layer, part) + ".weight", why(), spec.width());
        }

        private Projection projection(String part, int outputs, int inputs, boolean bias) {
            String name = names.in(layer, part);
            return new Projection(
                    files.require(name + ".weight", why(), outputs, inputs),
                    bias ? files.require(name + ".bias", why(), outputs) : null);
        }

        private String why() {
            return "by the sizes in config.json";
        }
    }
}
