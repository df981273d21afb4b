package dev.sae4j.train;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.AuxK;
import dev.sae4j.train.recipe.Levels;
import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.recipe.Recipe;
import java.util.List;

/// What training will take, known before it starts.
///
/// @param weights bytes of the weights
/// @param optimizer bytes of what the optimizer remembers
/// @param copies bytes of the encoder as the product reads it, of the best weights so far, and of the
///     averaged ones
/// @param gradients bytes of all gradients of matrices at once, where a step needs them, and of what
///     the optimizer turns them into
/// @param dispensable those of `gradients` that are only kept if the heap has room for them: without,
///     steps that clip find their gradients twice, to the same bits but more slowly
/// @param batch bytes that grow with the batch: inputs, errors for each level, entries
/// @param dense bytes of the dense path, taken while a ReLU SAE is not sparse yet; 0 for others
/// @param shape for messages
public record MemoryPlan(
        long weights,
        long optimizer,
        long copies,
        long gradients,
        long dispensable,
        long batch,
        long dense,
        String shape) {
    private static final MemoryPlan NOTHING = new MemoryPlan(0, 0, 0, 0, 0, 0, 0, "");

    /// Bytes of an entry: row, feature, value, pre-activation, gradient, place in both orders.
    private static final long ENTRY = 4 * 8;

    /// Share of pairs up to which steps are sparse: what entries need most room for.
    private static final double MOST_SPARSE = 1.0 / 6;

    /// The plan for recipes that train together.
    public static MemoryPlan of(List<Recipe> recipes, int dIn, int dOut) {
        MemoryPlan sum = NOTHING;
        for (Recipe recipe : recipes) {
            sum = sum.plus(of(recipe, dIn, dOut));
        }
        return sum;
    }

    /// The plan for recipes that train together, each on its own columns.
    static MemoryPlan ofParts(List<Recipe> recipes, List<Columns> columns) {
        MemoryPlan sum = NOTHING;
        for (int i = 0; i < recipes.size(); i++) {
            sum = sum.plus(of(recipes.get(i), columns.get(i).dIn(), columns.get(i).dOut()));
        }
        return sum;
    }

    /// The plan for a recipe.
    public static MemoryPlan of(Recipe recipe, int dIn, int dOut) {
        Parameters.Shape shape = Shapes.of(recipe, dIn, dOut);
        long f = shape.dSae();
        long rows = recipe.rowsPerStep();
        checkArrays(f, Math.max(dIn, dOut), rows);
        long matrices = 4 * f * (shape.tied() ? dOut : (long) dIn + dOut);
        long weights = matrices + 4 * f * 4 + (shape.skip() ? 4L * dIn * dOut : 0);
        long moments =
                switch (recipe.optimizer()) {
                    case Optimizer.Adam a -> a.beta1() == 0 ? 1 : 2;
                    case Optimizer.Signum s -> s.momentum() == 0 ? 0 : 1;
                    case Optimizer.Muon _ -> 1;
                };
        long gradients = gradients(recipe, matrices);
        long copies = 4 * f * dIn + (recipe.bestOnValidation() ? weights : 0);
        if (recipe.optimizer() instanceof Optimizer.Signum) {
            copies += weights;
        }
        boolean byThreshold = selectsByThreshold(recipe);
        long dense = byThreshold ? 4 * rows * f + 4 * rows * 2 * 512L : 0;
        return new MemoryPlan(
                weights,
                weights * moments,
                copies,
                gradients,
                needsGradients(recipe) ? 0 : gradients,
                batch(recipe, rows, f, dIn, dOut),
                dense,
                "%d features of width %d with batch %d".formatted(f, dIn, rows));
    }

    /// @param matrices bytes of encoder and decoder
    private static long gradients(Recipe recipe, long matrices) {
        if (recipe.optimizer() instanceof Optimizer.Muon) {
            return 2 * matrices; // and as much while they are made orthogonal
        }
        return needsGradients(recipe) || recipe.clip() != null ? matrices : 0;
    }

    /// True if no step can do without all gradients of a matrix at once.
    private static boolean needsGradients(Recipe recipe) {
        return recipe.optimizer() instanceof Optimizer.Muon
                || recipe.activation() instanceof Architecture.MatchingPursuit;
    }

    private static boolean selectsByThreshold(Recipe recipe) {
        return switch (recipe.activation()) {
            case Architecture.Relu _, Architecture.Gated _, Architecture.JumpRelu _ -> true;
            default -> false;
        };
    }

    private static long batch(Recipe recipe, long rows, long f, int dIn, int dOut) {
        Levels levels = recipe.loss().levels();
        AuxK aux = recipe.loss().aux();
        long errors = levels == null ? 1 : levels.widths((int) f).size();
        errors += recipe.activation() instanceof Architecture.Gated ? 1 : 0;
        errors += recipe.loss().multiTopK() ? 1 : 0;
        errors += aux == null ? 0 : aux.perLevel() ? errors : 1;
        double perRow =
                switch (recipe.activation()) {
                    case Architecture.TopK a ->
                            (a.decay() == null ? a.k() : f) * (recipe.loss().multiTopK() ? 5.0 : 1);
                    case Architecture.AbsTopK a -> a.k();
                    case Architecture.BatchTopK a -> 2 * a.k(); // candidates
                    case Architecture.GroupMax a -> a.k();
                    case Architecture.MatchingPursuit _ -> dIn;
                    case Architecture.Relu _, Architecture.Gated _, Architecture.JumpRelu _ ->
                            MOST_SPARSE * f;
                };
        if (aux != null) {
            Integer k = aux.k();
            perRow += k == null ? dIn / 2.0 : k;
        }
        long inputs = recipe.inputBias() == Recipe.InputBias.NONE ? 2 : 3; // scaled, and centred
        return 4 * rows * (inputs * dIn + errors * dOut) + (long) (rows * perRow * ENTRY);
    }

    private static void checkArrays(long f, long d, long rows) {
        long limit = Integer.MAX_VALUE - 16;
        if (d * f > limit || d * rows > limit) {
            throw new Sae4jException(
                    "width %d times d_sae = %d or batch = %d is more than %d floats, the most one matrix may have here: choose a smaller width or batch"
                            .formatted(d, f, rows, limit));
        }
    }

    private MemoryPlan plus(MemoryPlan other) {
        return new MemoryPlan(
                weights + other.weights,
                optimizer + other.optimizer,
                copies + other.copies,
                gradients + other.gradients,
                dispensable + other.dispensable,
                batch + other.batch,
                dense + other.dense,
                shape.isEmpty() ? other.shape : shape + ", " + other.shape);
    }

    /// Bytes of all that is kept if there is room.
    public long total() {
        return weights + optimizer + copies + gradients + batch + dense;
    }

    /// Bytes without which nothing can be trained.
    public long least() {
        return total() - dispensable;
    }

    /// Refuses a run that does not fit.
    ///
    /// @param available bytes the heap may grow to
    public void check(long available) {
        if (least() > available) {
            throw new Sae4jException(
                    "training %s needs %s of memory (%s for weights and optimizer, %s for a batch), but the heap may only grow to %s: choose fewer features, a smaller batch, or allow more with SAE4J_OPTS=-Xmx%dg"
                            .formatted(
                                    shape,
                                    gigabytes(least()),
                                    gigabytes(least() - batch - dense),
                                    gigabytes(batch + dense),
                                    gigabytes(available),
                                    Math.ceilDiv(least() * 5 / 4, 1L << 30)));
        }
    }

    private static String gigabytes(long bytes) {
        return "%.1f GB".formatted(bytes / 1e9);
    }
}
