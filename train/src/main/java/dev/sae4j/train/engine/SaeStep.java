package dev.sae4j.train.engine;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Products;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Trains every architecture that has an encoder, one step a call. The encoder's product is the only
/// dense one; everything else touches selected entries only. It owns the buffers of a batch.
final class SaeStep extends StepBase {
    private static final int BLOCK = 64;

    private final Head head;
    private final Selector selector;
    private final @Nullable WidePass wide;
    private final @Nullable List<AuxPass> aux; // one a level
    private final @Nullable GhostPass ghosts;
    private final FeatureGradients gradients;
    private final Update update;
    private final PackedMatrix packed;
    private final Entries entries;
    private final boolean needsNorms;
    private final float[] norms;
    private final DensePath dense;
    private final DeadScores deadScores;
    private final double mostDense;
    private double density;
    private float[] centredRows = new float[0]; // [rows, dIn]
    private @Nullable KeptGradients keptGradients;

    SaeStep(
            Workers workers,
            Recipe recipe,
            Parameters weights,
            OptimizerState optimizer,
            DeadFeatures dead,
            Density density) {
        super(workers, recipe, weights, optimizer, dead);
        int f = weights.dSae();
        head = Heads.of(recipe);
        wide = recipe.loss().multiTopK() ? new WidePass(weights) : null;
        Entries widely = wide == null ? null : wide.entries();
        selector = Heads.selector(recipe, head, weights, widely, density.most());
        mostDense = selector instanceof ThresholdSelector ? density.most() : 1;
        needsNorms = Heads.needsNorms(recipe);
        aux = auxPasses(density);
        ghosts = recipe.loss().ghostGrads() ? new GhostPass(weights) : null;
        boolean attached =
                !(recipe.activation() instanceof Architecture.Gated g) || !g.detachedAux();
        gradients =
                new FeatureGradients(
                        weights, head, attached, recipe.inputBias() != Recipe.InputBias.NONE);
        update = new Update(weights, recipe.decoderNorm(), optimizer);
        packed = PackedMatrix.allocate(f, weights.dIn());
        entries = new Entries(f);
        norms = new float[f];
        dense = new DensePath(weights, head, main, gradients);
        deadScores = new DeadScores(f);
    }

    private @Nullable List<AuxPass> auxPasses(Density density) {
        AuxK k = recipe.loss().aux();
        if (k == null) {
            return null;
        }
        List<AuxPass> all = new ArrayList<>();
        boolean absolute = recipe.activation() instanceof Architecture.AbsTopK;
        for (int l = 0; l < (k.perLevel() ? main.levels() : 1); l++) {
            all.add(new AuxPass(k, weights, recipe.rankByDecoderNorm(), absolute, density));
        }
        return all;
    }

    @Override
    public double density() {
        return density;
    }

    @Override
    public void setDensity(double earlier) {
        density = earlier;
    }

    @Override
    StepResult step(Batch batch, StepSettings settings, boolean learn) {
        dead.begin();
        if (learn) {
            update.beforeForward(workers);
        }
        if (needsNorms) {
            weights.decoderNorms(workers, norms);
        }
        head.begin(settings, new StepContext(weights, batch.rows(), norms, dead.mask()));
        float[] centre = centre();
        float[] input = centre == null ? batch.x() : centred(batch, centre);
        main.begin(workers, batch, head.hasSecond());
        boolean sparse = mostDense > 0 && this.density <= mostDense;
        if (sparse) {
            pack();
            Rows x = Rows.of(input, batch.rows(), weights.dIn());
            DeadScores beside = learn ? deadScores(batch.rows()) : null;
            sparse = selector.select(workers, x, packed, settings, norms, entries, beside);
            if (beside != null && sparse) {
                beside.end();
            }
        }
        Reconstruction.Sums sums =
                sparse ? forward(batch) : dense.forward(workers, batch, input, dead);
        double l0 = sparse ? l0(batch.rows()) : dense.l0();
        if (learn) {
            density =
                    sparse
                            ? (double) entries.size / batch.rows() / weights.dSae()
                            : dense.density();
        }
        if (learn) {
            dead.forward(batch.rows());
        }
        if (learn && settings.updatesThreshold()) {
            threshold.add(selector.smallestKept());
        }
        List<Channel> channels = new ArrayList<>();
        double auxLoss = learn ? aux(batch, input, channels) : 0;
        double ghostLoss = learn ? ghosts(batch, input, channels) : 0;
        double wideLoss = wide == null ? 0 : add(wide.run(workers, batch, main), channels);
        double second = head.hasSecond() ? sums.second() : 0;
        double auxCoefficient = recipe.loss().aux() == null ? 0 : recipe.loss().aux().coefficient();
        double loss =
                sums.loss()
                        + second
                        + settings.coefficient() * head.sparsity()
                        + head.preActLoss()
                        + auxCoefficient * auxLoss
                        + ghostLoss
                        + wideLoss * WidePass.COEFFICIENT;
        Update.Norms found = new Update.Norms(Double.NaN, Map.of());
        boolean done = learn && Double.isFinite(loss);
        if (done) {
            if (sparse && levelsFirst()) {
                main.backward(workers, batch.rows(), entries, head.hasSecond());
            }
            found = change(batch, settings, input, channels, sparse);
            done = Double.isFinite(found.total());
        }
        if (done) {
            dead.end(batch.rows());
        }
        return new StepResult(
                loss,
                sums.loss(),
                sums.full(),
                second,
                head.sparsity(),
                head.nextSparsity(),
                head.preActLoss(),
                auxLoss + ghostLoss,
                wideLoss,
                sums.fvu(),
                l0,
                dead.count(),
                settings,
                threshold.value(),
                found.total(),
                found.each(),
                done);
    }

    private float @Nullable [] centre() {
        return switch (recipe.inputBias()) {
            case NONE -> null;
            case DECODER -> weights.decoderBias().value();
            case OWN -> Objects.requireNonNull(weights.preBias()).value();
        };
    }

    /// The input less its centre, written down: summing up `g·x` and taking the centre off the sum
    /// would cost digits where it is large.
    private float[] centred(Batch batch, float[] centre) {
        int rows = batch.rows();
        int d = weights.dIn();
        if (centredRows.length < rows * d) {
            centredRows = new float[Math.multiplyExact(rows, d)];
        }
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        Vectors.scaledDifference(
                                batch.x(), r * d, centre, 0, 1f, centredRows, r * d, d);
                    }
                });
        return centredRows;
    }

    private void pack() {
        packed.pack(workers, weights.encoder().value());
    }

    private Reconstruction.Sums forward(Batch batch) {
        int rows = batch.rows();
        workers.forEach(
                Math.ceilDiv(rows, BLOCK),
                b -> {
                    for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                        for (int i = entries.rowStart[r]; i < entries.rowStart[r + 1]; i++) {
                            int j = entries.feature[i];
                            float pre = entries.pre[i];
                            float value = head.value(j, pre);
                            entries.value[i] = value;
                            if (head.hasSecond()) {
                                entries.second[i] = head.second(j, pre);
                            }
                            head.addRow(r, j, pre, value);
                        }
                    }
                });
        head.endRows(rows);
        entries.index();
        if (wide != null) {
            wide.activate();
        }
        markFired(wide == null ? entries : wide.entries());
        return main.forward(workers, batch, entries, head.hasSecond(), !levelsFirst());
    }

    /// True if the auxiliary loss looks at the errors of inner levels, which gradients replace.
    private boolean levelsFirst() {
        return aux != null && aux.size() > 1;
    }

    private void markFired(Entries e) {
        boolean selected = recipe.dead().fired() == Dead.Fired.SELECTED;
        boolean[] fired = dead.fired();
        for (int i = 0; i < e.size; i++) {
            if (selected || e.value[i] != 0) {
                fired[e.feature[i]] = true;
            }
        }
    }

    private double l0(int rows) {
        int[] active = dead.activeRows();
        long all = 0;
        for (int i = 0; i < entries.size; i++) {
            if (entries.value[i] != 0) {
                active[entries.feature[i]]++;
                all++;
            }
        }
        return (double) all / rows;
    }

    /// Takes the products of features that may be dead, if they are to be reconstructed densely.
    private @Nullable DeadScores deadScores(int rows) {
        deadScores.forget();
        if (aux == null) {
            return null;
        }
        int[] candidates = dead.candidates(rows);
        if (candidates.length == 0 || !aux.getFirst().isDense(candidates.length)) {
            return null;
        }
        deadScores.begin(candidates, rows);
        return deadScores;
    }

    private double aux(Batch batch, float[] input, List<Channel> channels) {
        double loss = 0;
        for (int l = 0; aux != null && l < aux.size(); l++) {
            boolean whole = aux.size() == 1;
            int level = whole ? main.levels() - 1 : l;
            int from = whole || l == 0 ? 0 : main.end(l - 1);
            Channel.Found found =
                    aux.get(l)
                            .run(
                                    workers,
                                    batch,
                                    input,
                                    dead.list(from, main.end(level)),
                                    main,
                                    level,
                                    norms,
                                    deadScores);
            loss += add(found, channels);
        }
        return loss;
    }

    private static double add(Channel.Found found, List<Channel> channels) {
        if (found.channel() != null) {
            channels.add(found.channel());
        }
        return found.loss();
    }

    private double ghosts(Batch batch, float[] input, List<Channel> channels) {
        int[] list = ghosts == null ? new int[0] : dead.list(0, weights.dSae());
        if (ghosts == null || list.length == 0) {
            return 0;
        }
        return add(ghosts.run(workers, batch, input, list, main), channels);
    }

    private Update.Norms change(
            Batch batch,
            StepSettings settings,
            float[] input,
            List<Channel> channels,
            boolean sparse) {
        optimizer.begin(settings.learningRate());
        update.begin();
        boolean whole =
                optimizer.needsWhole(weights.encoder()) || optimizer.needsWhole(weights.decoder());
        Double clip = recipe.clip();
        boolean first = clip != null || whole; // norms or whole matrices before any weight changes
        KeptGradients kept = first ? kept(whole) : null;
        pass(batch, input, channels, sparse, firstPass(first, whole, kept));
        Map<Parameter, float[]> others = others(batch, channels);
        Update.Norms found = update.norms(others);
        if (!Double.isFinite(found.total())) {
            return found;
        }
        float factor = clip == null ? 1 : GradientClip.factor(clip, found.total());
        if (kept != null && whole) {
            update.applyWhole(workers, weights.encoder(), kept.encoder(), factor);
            update.applyWhole(workers, weights.decoder(), kept.decoder(), factor);
        } else if (kept != null) {
            kept.forEach(workers, (j, g) -> update.apply(j, g, factor));
        } else if (first) {
            pass(batch, input, channels, sparse, (j, g) -> update.apply(j, g, factor));
        }
        others.forEach((p, g) -> update.applyWhole(workers, p, g, factor));
        return found;
    }

    /// What becomes of the gradients when they are known: measured, and then used or kept.
    private FeatureGradients.Sink firstPass(
            boolean onlyMeasures, boolean whole, @Nullable KeptGradients kept) {
        return new FeatureGradients.Sink() {
            @Override
            public boolean aim(int feature, Gradient g) {
                if (kept == null) {
                    g.own();
                } else {
                    kept.aim(feature, g);
                }
                return kept != null;
            }

            @Override
            public void accept(int feature, Gradient g) {
                update.measure(feature, g);
                if (kept != null) {
                    if (whole) { // then nobody does it later
                        update.project(feature, g);
                    }
                    kept.keep(feature, g);
                } else if (!onlyMeasures) {
                    update.apply(feature, g, 1);
                }
            }
        };
    }

    /// Room for all gradients, if there is any: else they are summed up twice, to the same bits.
    private @Nullable KeptGradients kept(boolean whole) {
        if (keptGradients == null && (whole || KeptGradients.fit(weights.shape()))) {
            keptGradients = new KeptGradients(weights.shape());
        }
        return keptGradients;
    }

    private void pass(
            Batch batch,
            float[] input,
            List<Channel> channels,
            boolean sparse,
            FeatureGradients.Sink sink) {
        if (sparse) {
            gradients.run(workers, input, norms, entries, main, channels, sink);
        } else {
            dense.gradients(workers, batch, input, channels, norms, sink);
        }
    }

    /// Gradients of everything but encoder and decoder rows.
    private Map<Parameter, float[]> others(Batch batch, List<Channel> channels) {
        Map<Parameter, float[]> all = new LinkedHashMap<>();
        for (FeatureGradients.Vector v : gradients.vectors()) {
            if (v.parameter() != null) {
                all.put(v.parameter(), v.gradient());
            }
        }
        int rows = batch.rows();
        int d = weights.dOut();
        double[] out = Sums.columns(workers, main.errors(0), rows, d);
        boolean attached =
                head.hasSecond()
                        && recipe.activation() instanceof Architecture.Gated g
                        && !g.detachedAux();
        if (attached) {
            Sums.add(out, Sums.columns(workers, main.secondErrors(), rows, d));
        }
        for (Channel c : channels) {
            float[] errors = c.biasErrors();
            if (errors != null) {
                Sums.add(out, Sums.columns(workers, errors, rows, d));
            }
        }
        Parameter pre = weights.preBias();
        if (pre != null) {
            double[] sum = gradients.centring();
            Sums.add(sum, out);
            all.put(pre, Sums.floats(sum));
        }
        if (recipe.inputBias() == Recipe.InputBias.DECODER) {
            Sums.add(out, gradients.centring());
        }
        all.put(weights.decoderBias(), Sums.floats(out));
        Parameter skip = weights.skip();
        if (skip != null) {
            float[] g = new float[skip.value().length];
            Products.addTransposedProduct(
                    workers, main.errors(0), 0, d, batch.x(), 0, weights.dIn(), rows, g, 0);
            all.put(skip, g);
        }
        return all;
    }
}
