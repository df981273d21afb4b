package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.train.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sae4j train`: trains SAEs on stored activations, or on a model that runs meanwhile.
@Command(
        name = "train",
        description = {
            "Train an SAE by a recipe, or several on the same rows or the same pass of a model.",
            "A run that was stopped or killed goes on with --resume and ends with the same bits."
        },
        footer = {
            "  sae4j train --activations store --features 3072 --k 16 --out my-sae",
            "  sae4j train --recipe batchtopk --activations store --rows 10M --set activation.k=32 --out my-sae",
            "  sae4j train --recipe baguettotron --width 576 --dry-run"
        })
final class TrainVerb extends Verb {
    @Mixin private RecipeOptions recipe = new RecipeOptions();
    @Mixin private RowsOptions rows = new RowsOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder to make; with several hooks or recipes one below it for each.")
    private @Nullable Path out;

    @Option(
            names = "--resume",
            description = "Go on with the run in --out where its last state was saved.")
    private boolean resume;

    @Option(
            names = "--save-every",
            paramLabel = "STEPS",
            description = "Steps between two states (default: about a minute).")
    private @Nullable Size saveEvery;

    @Option(
            names = "--log-every",
            paramLabel = "STEPS",
            description = "Steps between two lines of training.jsonl (default: 500 lines in all).")
    private @Nullable Size logEvery;

    @Option(names = "--tensorboard", description = "Write event files for TensorBoard, too.")
    private boolean tensorboard;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "Format of the SAE and its snapshots (default: saelens, or sparsify where SAELens has no such SAE).")
    private @Nullable String format;

    @Option(
            names = "--dry-run",
            description =
                    "Only say what would be done: the whole recipe, memory, disk, operations, and the time that a few steps on made-up rows foretell.")
    private boolean dryRun;

    @Override
    void run(Console console) {
        List<Recipe> recipes = recipe.recipes(common().givenSeed());
        if (dryRun) {
            try (Workers workers = common().workers()) {
                new DryRun(console, workers, recipes).run(rows.extent(console));
            }
            return;
        }
        if (out == null) {
            throw new UsageException("missing required option: '--out=DIR'");
        }
        if (format != null) {
            Checkpoints.writer(format);
        }
        var settings =
                new TrainingSession.Settings(
                        resume, steps(saveEvery), steps(logEvery), tensorboard, format);
        var folder = new TrainingFolder(out, recipes, rows.hooks());
        var session = new TrainingSession(console, recipes, folder, settings);
        session.checkFolder();
        try (Workers workers = common().workers();
                TrainingInput input = rows.open(console, workers, recipes)) {
            session.run(workers, input);
        }
    }

    private static long steps(@Nullable Size size) {
        return size == null ? 0 : size.value();
    }
}
