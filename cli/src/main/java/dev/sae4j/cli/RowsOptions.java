package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.HookPoint;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.store.ActivationFile;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.train.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What to train on: a store, a plain file, or a model that runs while the SAE is trained.
@Command
final class RowsOptions {
    /// Of documents, or of rows of a plain file, that are held out where a recipe wants to validate
    /// and nobody says how much.
    private static final double USUAL_SHARE = 0.1;

    @Option(
            names = "--activations",
            paramLabel = "STORE",
            description =
                    "Folder made by 'harvest', or [N, D] in a file: x.safetensors[#tensor], .npy, .npz, .pt.")
    private @Nullable String activations;

    @Option(
            names = "--targets",
            paramLabel = "STORE",
            description =
                    "For transcoders: what to predict from --activations, of the same tokens in the same order.")
    private @Nullable String targets;

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "Without --activations: 'demo', a Hugging Face folder, a .gguf file or a hub id, to run on --data meanwhile (default: demo). With: what the store must be of.")
    private @Nullable String model;

    @Mixin private DataOptions data = new DataOptions();

    @Option(
            names = "--hook",
            paramLabel = "H",
            description =
                    "Where in --model, such as resid_post.2; a list such as resid_post.1,resid_post.2 trains SAEs at each in one pass of the model. With --activations: what the store must be of.")
    private @Nullable String hook;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "With --model: most tokens in a context (default: ${DEFAULT-VALUE}).")
    private int context = 128;

    @Option(
            names = "--exclude",
            paramLabel = "LIST",
            description =
                    "With --model: positions to leave out, none or a list of first, special, norm (default: ${DEFAULT-VALUE}).")
    private String exclude = Exclusion.FIRST_AND_SPECIAL.toString();

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            description =
                    "Share of the documents to hold out and measure on after each epoch, such as 0.1 (default: 0.1 if the recipe keeps the best epoch, else none).")
    private @Nullable Double validation;

    @Option(
            names = "--width",
            paramLabel = "N",
            description =
                    "Width of the activations: for --dry-run without any; others are refused.")
    private @Nullable Integer width;

    /// What is known of the rows before they are read.
    ///
    /// @param dIn width of the input
    /// @param dOut width of what is reconstructed
    /// @param pairs true if rows hold an input and what it is to predict
    /// @param rows of an epoch; `Long.MAX_VALUE` if that is not known
    /// @param hooks at each of which every recipe is trained
    record Extent(int dIn, int dOut, boolean pairs, long rows, int hooks) {
        /// The recipes once for each hook.
        List<Recipe> each(List<Recipe> recipes) {
            return Collections.nCopies(hooks, recipes).stream().flatMap(List::stream).toList();
        }
    }

    /// True if nothing says what to train on.
    boolean isEmpty() {
        return activations == null && hook == null && model == null;
    }

    /// Looks at what there is; empty if nothing was named.
    Optional<Extent> extent(Console console) {
        if (isEmpty()) {
            return Optional.ofNullable(width).map(w -> new Extent(w, w, false, Long.MAX_VALUE, 1));
        }
        requireOneHookOfAStore();
        Extent found = activations == null ? liveExtent(console) : extentOf(activations);
        if (targets != null) {
            found = new Extent(found.dIn, extentOf(targets).dIn, true, found.rows, 1);
        }
        requireWidth(found.dIn);
        return Optional.of(found);
    }

    private Extent liveExtent(Console console) {
        try (LanguageModel opened = Inputs.model(console, modelName())) {
            List<Hook> hooks = hooks(opened);
            int d = opened.width(hooks.getFirst());
            for (Hook other : hooks) {
                if (opened.width(other) != d) {
                    throw new UsageException(
                            "--hook %s is %d wide and %s %d: SAEs trained together read activations of one width"
                                    .formatted(hooks.getFirst(), d, other, opened.width(other)));
                }
            }
            return new Extent(d, d, false, Long.MAX_VALUE, hooks.size());
        }
    }

    private static Extent extentOf(String name) {
        if (isFile(name)) {
            try (var file = ActivationFile.open(name)) {
                return new Extent(file.width(), file.width(), false, file.rows(), 1);
            }
        }
        try (var store = ActivationStore.open(Path.of(name))) {
            return new Extent(store.width(), store.width(), false, store.rows(), 1);
        }
    }

    /// Opens it.
    ///
    /// @param recipes that are to be trained on it
    TrainingInput open(Console console, Workers workers, List<Recipe> recipes) {
        for (Recipe recipe : recipes) {
            if (recipe.skip() && targets == null) {
                throw new UsageException(
                        "recipe '%s' has a skip connection from input to output: give --targets, what to predict"
                                .formatted(recipe.name()));
            }
        }
        requireOneHookOfAStore();
        var opener = new TrainingInputs(recipes.getFirst().seed(), share(console, recipes));
        TrainingInput input;
        if (activations == null) {
            input = live(console, opener, workers, recipes);
        } else if (isFile(activations)) {
            refuseData();
            requireNoOrigin();
            input = opener.file(activations, targets);
        } else {
            refuseData();
            input =
                    opener.store(
                            Path.of(activations),
                            targets,
                            origin -> requireOrigin(console, origin));
        }
        try {
            requireWidth(input.inputs());
        } catch (UsageException e) {
            input.close();
            throw e;
        }
        return input;
    }

    private TrainingInput live(
            Console console, TrainingInputs opener, Workers workers, List<Recipe> recipes) {
        if (targets != null) {
            throw new UsageException("--targets goes with --activations: harvest both first");
        }
        if (isEmpty()) {
            throw new UsageException(
                    "nothing to train on: give --activations STORE, or --hook H to run a model meanwhile");
        }
        for (Recipe recipe : recipes) {
            if (recipe.tokens() == null || recipe.bestOnValidation()) {
                throw new UsageException(
                        recipe.bestOnValidation()
                                ? "recipe '%s' keeps the best epoch, which a running model does not have: harvest a store first"
                                        .formatted(recipe.name())
                                : "recipe '%s' trains on all rows, and a running model has no known number of them: give --rows 10M or the like"
                                        .formatted(recipe.name()));
            }
        }
        ModelPlace place = ModelPlace.find(console, modelName());
        LanguageModel opened = place.open(console);
        try {
            return opener.live(
                    workers,
                    opened,
                    data.open(console, WordNet.NAME, place),
                    new TrainingInputs.Place(
                            hooks(opened), context, data.rule(), Exclusion.parse(exclude)),
                    recipes);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private String modelName() {
        return Objects.requireNonNullElse(model, Inputs.DEMO);
    }

    /// The hooks of `--hook`, as they stand there; none if it was not given.
    List<Hook> hooks() {
        List<Hook> hooks = new ArrayList<>();
        for (String word : hook == null ? new String[0] : hook.split(",", -1)) {
            Hook next = Hook.parse(word.strip());
            if (hooks.contains(next)) {
                throw new UsageException("--hook names %s twice: once is enough".formatted(next));
            }
            hooks.add(next);
        }
        return hooks;
    }

    private List<Hook> hooks(LanguageModel opened) {
        if (hook == null) {
            throw new UsageException(
                    "--hook says where in the model: give one, such as resid_post.2");
        }
        List<Hook> hooks = hooks();
        hooks.forEach(opened::checkHook);
        return hooks;
    }

    private void requireOneHookOfAStore() {
        if (activations != null && hooks().size() > 1) {
            throw new UsageException(
                    "--hook %s goes with a model that runs, not with --activations: a store is of one hook"
                            .formatted(hook));
        }
    }

    private double share(Console console, List<Recipe> recipes) {
        if (validation != null) {
            if (!(validation > 0 && validation <= 0.5)) {
                throw new UsageException(
                        "--validation is %s: expected a share above 0, at most 0.5"
                                .formatted(validation));
            }
            return validation;
        }
        if (recipes.stream().anyMatch(Recipe::bestOnValidation)) {
            console.say(
                    "The recipe keeps the best epoch: a tenth is held out to measure on (--validation).");
            return USUAL_SHARE;
        }
        return 0;
    }

    /// A plain file, unless it is a folder.
    private static boolean isFile(String name) {
        int hash = name.lastIndexOf('#');
        String path = hash < 0 ? name : name.substring(0, hash);
        return !Files.isDirectory(Path.of(name))
                && (Files.isRegularFile(Path.of(path))
                        || path.matches(".*\\.(safetensors|npy|npz|pt|pth|bin)"));
    }

    private void requireWidth(int found) {
        if (width != null && width != found) {
            throw new UsageException(
                    "--width is %d, but the activations are %d wide".formatted(width, found));
        }
    }

    private void refuseData() {
        String option = data.given();
        if (option != null) {
            throw new UsageException(
                    "%s goes with a model that runs, not with --activations".formatted(option));
        }
    }

    private void requireNoOrigin() {
        if (model != null || hook != null) {
            throw new UsageException(
                    "a plain file does not say of which model and hook it is: leave out --model and --hook");
        }
    }

    /// True if a hook is the one that a store was harvested at. What a part gives and what it adds to
    /// the stream are one value in models without a norm between the two: their stores are called by
    /// the shorter name, which stores of other models never have.
    static boolean isSameHook(String option, String kept) {
        Hook wanted = Hook.parse(option);
        Hook found = Hook.parse(kept);
        return wanted.equals(found)
                || (found.toString().equals(kept)
                        && switch (found.point()) {
                            case ATTN_OUT -> wanted.point() == HookPoint.ATTN_OUT_POST;
                            case MLP_OUT -> wanted.point() == HookPoint.MLP_OUT_POST;
                            default -> false;
                        }
                        && wanted.layer() == found.layer());
    }

    private void requireOrigin(Console console, StoreOrigin origin) {
        if (hook != null && !isSameHook(hook, origin.hook())) {
            throw new UsageException(
                    "the store was harvested at %s, not at --hook %s"
                            .formatted(origin.hook(), hook));
        }
        if (model != null) {
            try (LanguageModel opened = Inputs.model(console, model)) {
                if (!Inputs.isSameModel(opened.name(), origin.model())) {
                    throw new UsageException(
                            "the store was harvested from %s, not from --model %s (%s)"
                                    .formatted(origin.model(), model, opened.name()));
                }
            }
        }
    }
}
