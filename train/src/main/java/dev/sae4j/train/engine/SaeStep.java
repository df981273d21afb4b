package dev.sae4j.train.engine;

import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Vectors;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Dead;
import dev.sae4j.train.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Trains every architecture that has an encoder, one step a call: selects entries, reconstructs from
/// them, adds up the loss, and leaves the weights to [Learning]. The encoder's product is the only
/// dense one; everything else touches selected entries only. It owns the buffers of a batch.
final class SaeStep extends StepBase {
    private static final int BLOCK = 64;

    private final Head head;
    private final Selector selector;
    private final @Nullable WidePass wide;
    private final @Nullable List<AuxPass> aux; // one a level
    private final @Nullable GhostPass ghosts;
    private final FeatureGradients gradients;
    private final Learning learning;
    private final PackedMatrix packed;
    private final Entries entries;
    private final boolean needsNorms;
    private final float[] norms;
    private final DensePath dense;
    private final DeadScores deadScores;
    private final double mostDense;
    private double density;
    private float[] centredRows = new float[0]; // [rows, dIn]

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
        learning = new Learning(workers, recipe, weights, optimizer, main, gradients);
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
        begin(batch, settings, learn);
        float[] input = input(batch);
        boolean sparse = select(batch, input, settings, learn);
        Reconstruction.Sums sums =
                sparse ? forward(batch) : dense.forward(workers, batch, input, dead);
        double l0 = sparse ? l0(batch.rows()) : dense.l0();
        if (learn) {
            remember(batch, settings, sparse);
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
        Update.Norms found = Update.Norms.NONE;
        if (learn && Double.isFinite(loss)) {
            found = learn(batch, settings, input, channels, sparse);
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
                Double.isFinite(found.total()));
    }

    private void begin(Batch batch, StepSettings settings, boolean learn) {
        dead.begin();
        deadScores.forget();
        if (learn) {
            learning.beforeForward();
        }
        if (needsNorms) {
            weights.decoderNorms(workers, norms);
        }
        head.begin(settings, new StepContext(weights, batch.rows(), norms, dead.mask()));
        main.begin(workers, batch, head.hasSecond());
    }

    /// What the encoder takes, `[rows, dIn]`, centred.
    private float[] input(Batch batch) {
        float[] centre = centre();
        return centre == null ? batch.x() : centred(batch, centre);
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

    /// Finds the entries of the batch.
    ///
    /// @return false if there are so many that the dense path is faster
    private boolean select(Batch batch, float[] input, StepSettings settings, boolean learn) {
        if (mostDense == 0 || density > mostDense) {
            return false;
        }
        packed.pack(workers, weights.encoder().value());
        Rows x = Rows.of(input, batch.rows(), weights.dIn());
        DeadScores beside = learn ? deadScores(batch.rows()) : null;
        boolean sparse = selector.select(workers, x, packed, settings, norms, entries, beside);
        if (beside != null && sparse) {
            beside.end();
        }
        return sparse;
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

    /// Takes in what later steps need to know of this one's forward pass.
    private void remember(Batch batch, StepSettings settings, boolean sparse) {
        density = sparse ? (double) entries.size / batch.rows() / weights.dSae() : dense.density();
        dead.forward(batch.rows());
        if (settings.updatesThreshold()) {
            threshold.add(selector.smallestKept());
        }
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

    /// Changes the weights, and counts the step if that went well.
    private Update.Norms learn(
            Batch batch,
            StepSettings settings,
            float[] input,
            List<Channel> channels,
            boolean sparse) {
        if (sparse && levelsFirst()) {
            main.backward(workers, batch.rows(), entries, head.hasSecond());
        }
        Learning.Pass pass =
                sparse
                        ? sink ->
                                gradients.run(workers, input, norms, entries, main, channels, sink)
                        : sink -> dense.gradients(workers, batch, input, channels, norms, sink);
        Update.Norms found = learning.change(batch, settings.learningRate(), channels, pass);
        if (Double.isFinite(found.total())) {
            dead.end(batch.rows());
        }
        return found;
    }
}
