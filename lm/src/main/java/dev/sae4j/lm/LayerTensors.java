package dev.sae4j.lm;

import dev.sae4j.io.Tensor;
import dev.sae4j.lm.family.DecoderSpec;
import dev.sae4j.lm.family.DecoderSpec.AttentionBias;
import dev.sae4j.lm.family.DecoderSpec.NormKind;
import dev.sae4j.lm.family.DecoderSpec.QkNorm;
import dev.sae4j.lm.family.WeightNames;
import dev.sae4j.lm.family.WeightNames.Mlp;
import dev.sae4j.lm.family.WeightNames.Qkv;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tensors of one layer where they lie in the files: names and sizes checked, nothing read.
/// [WeightNames] has the shapes. What the model does not have is null.
///
/// @param qkv projections whose outputs, one behind the other, are the queries, keys and values
/// @param gate null if the MLP has none
record LayerTensors(
        @Nullable NormTensors attentionNorm,
        @Nullable NormTensors afterAttention,
        List<Projection> qkv,
        @Nullable NormTensors queryNorm,
        @Nullable NormTensors keyNorm,
        Projection output,
        @Nullable NormTensors mlpNorm,
        @Nullable NormTensors afterMlp,
        @Nullable Projection gate,
        Projection up,
        Projection down) {

    /// Weights of a norm.
    ///
    /// @param bias null for none
    record NormTensors(Tensor weight, @Nullable Tensor bias) {
        static NormTensors find(ModelFiles files, DecoderSpec spec, String name, int width) {
            boolean bias = spec.norm().kind() == NormKind.LAYER;
            return new NormTensors(
                    files.require(name + ".weight", WHY, width),
                    bias ? files.require(name + ".bias", WHY, width) : null);
        }
    }

    static final String WHY = "by the sizes in config.json or GGUF metadata";

    static LayerTensors find(
            ModelFiles files,
            DecoderSpec spec,
            WeightNames names,
            WeightNames.Root root,
            int layer) {
        return new Finder(files, spec, names, root, layer).find();
    }

    /// Finds one layer.
    private record Finder(
            ModelFiles files,
            DecoderSpec spec,
            WeightNames names,
            WeightNames.Root root,
            int layer) {
        LayerTensors find() {
            DecoderSpec.Attention a = spec.attention();
            boolean before = spec.block().place().isBefore();
            boolean after = spec.block().place().isAfter();
            WeightNames.Norms norms = names.norms();
            boolean whole = a.qkNorm() == QkNorm.WHOLE;
            boolean qk = a.qkNorm() != QkNorm.NONE;
            int size = spec.mlp().size();
            Projection[] gateAndUp = gateAndUp(size);
            return new LayerTensors(
                    before ? norm(norms.attention(), spec.width()) : null,
                    after ? norm(norms.afterAttention(), spec.width()) : null,
                    qkv(a),
                    qk ? norm(norms.query(), whole ? a.queryWidth() : a.headDim()) : null,
                    qk ? norm(norms.key(), whole ? a.kvWidth() : a.headDim()) : null,
                    projection(
                            names.output(),
                            spec.width(),
                            a.queryWidth(),
                            a.bias() == AttentionBias.ALL),
                    before ? norm(norms.mlp(), spec.width()) : null,
                    after ? norm(norms.afterMlp(), spec.width()) : null,
                    gateAndUp.length == 2 ? gateAndUp[0] : null,
                    gateAndUp[gateAndUp.length - 1],
                    projection(names.mlp().down(), spec.width(), size, spec.mlp().bias()));
        }

        private List<Projection> qkv(DecoderSpec.Attention a) {
            int width = spec.width();
            boolean bias = a.bias() != AttentionBias.NONE;
            int all = a.queryWidth() + 2 * a.kvWidth();
            return switch (names.qkv()) {
                case Qkv.Separate(String query, String key, String value) ->
                        List.of(
                                projection(query, a.queryWidth(), width, bias),
                                projection(key, a.kvWidth(), width, bias),
                                projection(value, a.kvWidth(), width, bias));
                case Qkv.Paired(String query, String key, String value) -> {
                    Projection.Order halves = halves(a.headDim());
                    yield List.of(
                            projection(query, a.queryWidth(), width, bias).inOrder(halves),
                            projection(key, a.kvWidth(), width, bias).inOrder(halves),
                            projection(value, a.kvWidth(), width, bias));
                }
                case Qkv.Fused(String name) -> List.of(projection(name, all, width, bias));
                case Qkv.FusedByHead(String name) ->
                        List.of(
                                projection(name, all, width, bias)
                                        .inOrder(byHead(a.heads(), a.headDim())));
            };
        }

        /// Output i of a head whose outputs `2j` and `2j + 1` are `j` and `j + size / 2` here.
        private static Projection.Order halves(int size) {
            return i -> {
                int inHead = i % size;
                int half = inHead / (size / 2);
                return i - inHead + 2 * (inHead - half * (size / 2)) + half;
            };
        }

        /// Output i of `[q | k | v]` where each head has its three parts together.
        private static Projection.Order byHead(int heads, int size) {
            return i -> {
                int part = i / (heads * size);
                int head = i / size % heads;
                return (head * 3 + part) * size + i % size;
            };
        }

        /// The gate, if there is one, and the up projection.
        private Projection[] gateAndUp(int size) {
            boolean bias = spec.mlp().bias();
            return switch (names.mlp()) {
                case Mlp.Gated(String gate, String up, String down) ->
                        new Projection[] {
                            projection(gate, size, spec.width(), bias),
                            projection(up, size, spec.width(), bias)
                        };
                case Mlp.FusedGate(String both, String down) -> {
                    Projection p = projection(both, 2 * size, spec.width(), bias);
                    yield new Projection[] {p.part(0, size), p.part(size, size)};
                }
                case Mlp.Plain(String up, String down) ->
                        new Projection[] {projection(up, size, spec.width(), bias)};
            };
        }

        private NormTensors norm(String part, int width) {
            return NormTensors.find(files, spec, names.in(root, layer, part), width);
        }

        private Projection projection(String part, int outputs, int inputs, boolean bias) {
            String name = names.in(root, layer, part);
            String weight = name + ".weight";
            return new Projection(
                    names.inOut()
                            ? files.require(weight, WHY, inputs, outputs)
                            : files.require(weight, WHY, outputs, inputs),
                    bias ? files.require(name + ".bias", WHY, outputs) : null,
                    names.inOut(),
                    outputs,
                    i -> i);
        }
    }
}
