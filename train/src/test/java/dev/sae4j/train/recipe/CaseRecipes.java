package dev.sae4j.train.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The recipe of a recorded training run: the preset of its trainer, with the run's own settings.
public final class CaseRecipes {
    private final JsonNode run;
    private final Map<String, @Nullable Object> settings = new LinkedHashMap<>();

    private CaseRecipes(JsonNode run) {
        this.run = run;
    }

    /// @param run a `case.json`, not of the optimisers alone
    public static Recipe of(JsonNode run) {
        return new CaseRecipes(run).recipe();
    }

    private Recipe recipe() {
        JsonNode dims = run.get("dims");
        set("features", dims.get("d_sae").intValue());
        set("batch", dims.get("batch").intValue());
        JsonNode given = run.get("hyper_parameters");
        String preset =
                switch (run.at("/library/name").asString()) {
                    case "sae-lens" -> saeLens(given.get("sae"), given.get("trainer"));
                    case "dictionary-learning" -> dictionaryLearning(given);
                    case "eai-sparsify" -> sparsify(given.get("sae"), given.get("train"));
                    default -> release(given);
                };
        if (!given.has("epochs")) {
            int passes = given.at("/train/grad_acc_steps").asInt(1);
            set("tokens", run.get("n_steps").longValue() * passes * dims.get("batch").intValue());
        }
        return RecipeFiles.with(RecipeFiles.preset(preset), settings);
    }

    private String saeLens(JsonNode sae, JsonNode trainer) {
        double peak = trainer.get("lr").doubleValue();
        set("learning_rate.peak", peak);
        set("learning_rate.end", trainer.get("lr_end").doubleValue() / peak);
        set(
                "learning_rate.shape",
                switch (trainer.get("lr_scheduler_name").asString()) {
                    case "cosineannealing" -> "cosine";
                    case "cosineannealingwarmrestarts" -> "cosine_restarts";
                    default -> "constant";
                });
        set("learning_rate.cycles", trainer.get("n_restart_cycles"));
        set("learning_rate.warmup", trainer.get("lr_warm_up_steps"));
        set("learning_rate.decay", trainer.get("lr_decay_steps"));
        set("optimizer.beta1", trainer.get("adam_beta1"));
        set("optimizer.beta2", trainer.get("adam_beta2"));
        set("dead.after", trainer.get("dead_feature_window"));
        set("input_bias", sae.get("apply_b_dec_to_input").booleanValue() ? "decoder" : "none");
        set("start.decoder_norm", sae.get("decoder_init_norm"));
        normalisation(sae.get("normalize_activations").asString());
        String kind = run.at("/inference_cfg/metadata/training_architecture").asString();
        switch (kind) {
            case "standard", "gated" -> {
                set("loss.sparsity.coefficient", sae.get("l1_coefficient"));
                set("loss.sparsity.warmup", sae.get("l1_warm_up_steps"));
                set("loss.sparsity.p", sae.path("lp_norm").asDouble(1));
            }
            case "jumprelu" -> {
                return jumpRelu(sae);
            }
            case "matching_pursuit" -> {
                set("activation.max_iterations", sae.get("max_iterations"));
                set("activation.residual_threshold", sae.get("residual_threshold"));
                set("activation.stop_on_duplicate_support", sae.get("stop_on_duplicate_support"));
            }
            default -> {
                set("activation.k", sae.get("k"));
                set("rank_by_decoder_norm", sae.get("rescale_acts_by_decoder_norm"));
                set("loss.aux.coefficient", sae.get("aux_loss_coefficient"));
                if (sae.has("topk_threshold_lr")) {
                    set(
                            "activation.threshold.decay",
                            1 - sae.get("topk_threshold_lr").doubleValue());
                }
            }
        }
        if (!kind.equals("matryoshka_batchtopk")) {
            return "saelens-" + kind.replace('_', '-');
        }
        set("loss.levels.widths", sae.get("matryoshka_widths"));
        set("loss.aux.per_level", sae.get("use_matryoshka_aux_loss"));
        String name = run.get("case").asString();
        if (name.contains("snap")) { // said nowhere else
            return "matryoshka-snap";
        }
        return name.startsWith("seed") ? "matryoshka" : "saelens-matryoshka";
    }

    private String jumpRelu(JsonNode sae) {
        set("activation.threshold", sae.get("jumprelu_init_threshold"));
        set("activation.bandwidth", sae.get("jumprelu_bandwidth"));
        set("activation.trains_input", sae.get("jumprelu_ste_to_input"));
        set("loss.sparsity.coefficient", sae.get("l0_coefficient"));
        set("loss.sparsity.warmup", sae.get("l0_warm_up_steps"));
        set("loss.pre_act_coefficient", sae.get("pre_act_loss_coefficient").asDouble(0));
        return switch (sae.get("jumprelu_sparsity_loss_mode").asString()) {
            case "tanh" -> {
                set("loss.sparsity.scale", sae.get("jumprelu_tanh_scale"));
                yield "saelens-jumprelu-tanh";
            }
            case "quadratic" -> {
                set("loss.sparsity.target", sae.get("target_l0"));
                yield "saelens-jumprelu-quadratic";
            }
            default -> "saelens-jumprelu";
        };
    }

    private void normalisation(String name) {
        int estimated = run.at("/batches/norm_estimate").asInt(0);
        set(
                "input.type",
                switch (name) {
                    case "expected_average_only_in" -> "mean_norm";
                    case "covariance_whitening" -> "whitening";
                    default -> name;
                });
        set("input.batches", estimated == 0 ? null : estimated);
        set("input.consumed", estimated > 0);
    }

    private String dictionaryLearning(JsonNode given) {
        JsonNode arguments = given.get("arguments");
        if (arguments.has("lr")) {
            set("learning_rate.peak", arguments.get("lr"));
            set("learning_rate.scaled_by_width", false);
        }
        set("learning_rate.warmup", arguments.get("warmup_steps"));
        JsonNode decayStart = arguments.path("decay_start");
        set(
                "learning_rate.decay",
                decayStart.isNumber()
                        ? arguments.get("steps").longValue() - decayStart.longValue()
                        : 0);
        if (given.get("normalize_activations").booleanValue()) {
            set("input.type", "unit_mean_square");
            set("input.batches", 101); // 100 are asked for, and one more is read
        }
        JsonNode dead = given.at("/set_after_construction/dead_feature_threshold");
        if (dead.isNumber()) {
            set("dead.after", dead.asString() + " tokens");
        }
        String trainer = run.get("trainer_class").asString().replaceFirst(".*\\.", "");
        return switch (trainer) {
            case "StandardTrainer" -> {
                penalty(arguments, "l1_penalty");
                if (arguments.has("resample_steps")) {
                    set("loss.resample.every", arguments.get("resample_steps"));
                    set("learning_rate.restart", arguments.get("resample_steps"));
                }
                yield "dictionary-learning-standard";
            }
            case "StandardTrainerAprilUpdate" -> {
                penalty(arguments, "l1_penalty");
                yield "dictionary-learning-standard-april";
            }
            case "GatedSAETrainer" -> {
                penalty(arguments, "l1_penalty");
                yield "dictionary-learning-gated";
            }
            case "PAnnealTrainer" -> {
                anneal(arguments);
                yield "dictionary-learning-p-anneal";
            }
            case "GatedAnnealTrainer" -> {
                anneal(arguments);
                yield "dictionary-learning-gated-anneal";
            }
            case "JumpReluTrainer" -> {
                penalty(arguments, "sparsity_penalty");
                set("loss.sparsity.target", arguments.get("target_l0"));
                set("activation.bandwidth", arguments.get("bandwidth"));
                yield "dictionary-learning-jumprelu";
            }
            default -> topKFamily(trainer, arguments);
        };
    }

    private String topKFamily(String trainer, JsonNode arguments) {
        set("activation.k", arguments.get("k"));
        set("activation.threshold.after", arguments.get("threshold_start_step"));
        setIfSaid("activation.threshold.decay", arguments, "threshold_beta");
        setIfSaid("loss.aux.coefficient", arguments, "auxk_alpha");
        setIfSaid("loss.levels.fractions", arguments, "group_fractions");
        setIfSaid("loss.levels.weights", arguments, "group_weights");
        if (run.get("case").asString().startsWith("seed004")) {
            return "gemma-3-27b";
        }
        return switch (trainer) {
            case "TopKTrainer" -> "dictionary-learning-topk";
            case "BatchTopKTrainer" -> "dictionary-learning-batchtopk";
            case "MatryoshkaBatchTopKTrainer" -> "dictionary-learning-matryoshka";
            default -> throw new AssertionError("no preset for " + trainer);
        };
    }

    private void penalty(JsonNode arguments, String coefficient) {
        set("loss.sparsity.coefficient", arguments.get(coefficient));
        set("loss.sparsity.warmup", arguments.get("sparsity_warmup_steps"));
    }

    private void anneal(JsonNode arguments) {
        penalty(arguments, "initial_sparsity_penalty");
        set("loss.sparsity.root", arguments.get("sparsity_function").asString().equals("Lp"));
        set("loss.sparsity.p", arguments.get("p_start"));
        set("loss.sparsity.anneal.from", arguments.get("anneal_start"));
        setIfSaid("loss.sparsity.anneal.to", arguments, "anneal_end");
        set("loss.sparsity.anneal.p_end", arguments.get("p_end"));
        set("loss.sparsity.anneal.updates", arguments.get("n_sparsity_updates"));
        set("loss.sparsity.anneal.queue", arguments.get("sparsity_queue_length"));
    }

    private String sparsify(JsonNode sae, JsonNode train) {
        boolean transcoder = sae.get("transcode").booleanValue();
        boolean groups = sae.get("activation").asString().equals("groupmax");
        String optimizer = train.get("optimizer").asString();
        set("activation.k", sae.get("k"));
        if (train.get("k_decay_steps").intValue() > 0) {
            set("activation.decay.over", train.get("k_decay_steps"));
        }
        if (!transcoder && !sae.get("normalize_decoder").booleanValue()) {
            set("decoder_norm", "free");
            set("start.decoder_norm", null);
        }
        set("loss.multi_top_k", sae.get("multi_topk"));
        double aux = train.get("auxk_alpha").doubleValue();
        set(aux == 0 ? "loss.aux" : "loss.aux.coefficient", aux == 0 ? null : aux);
        set("dead.after", train.get("dead_feature_threshold").asString() + " tokens");
        set("accumulate", train.get("grad_acc_steps"));
        set("split", train.get("micro_acc_steps"));
        set("optimizer.type", optimizer);
        set("learning_rate.peak", train.get("lr"));
        set("learning_rate.scaled_by_width", false);
        if (!optimizer.equals("signum")) {
            set("learning_rate.warmup", train.get("lr_warmup_steps"));
            set("learning_rate.decay", "100%");
        }
        if (transcoder) {
            return sae.get("skip_connection").booleanValue()
                    ? "sparsify-skip-transcoder"
                    : "sparsify-transcoder";
        }
        return groups
                ? "sparsify-groupmax"
                : optimizer.equals("signum") ? "sparsify-topk" : "sparsify-topk-" + optimizer;
    }

    private String release(JsonNode given) {
        set("learning_rate.peak", given.get("lr"));
        if (given.has("epochs")) {
            set("epochs", given.get("epochs"));
            String kind = given.get("kind").asString();
            set(
                    kind.equals("jumprelu") ? "activation.threshold" : "activation.k",
                    given.get(kind.equals("jumprelu") ? "t" : "k"));
            return kind.equals("batchtopk") ? "grid-search" : "grid-search-" + kind;
        }
        if (given.has("coefficient")) {
            set("snapshots", snapshots(given.get("snapshot_fractions")));
            set("loss.sparsity.coefficient", given.get("coefficient"));
            JsonNode adaptive = given.get("adaptive");
            if (adaptive.isNull()) {
                return "pythia-x32";
            }
            for (String key : List.of("decay", "gain", "low", "high")) {
                set("loss.sparsity.adaptive." + key, adaptive.get(key));
            }
            set("loss.sparsity.adaptive.target_l0", adaptive.get("target"));
            return "pythia-x32-adaptive";
        }
        set("activation.k", given.get("k"));
        set("dead.after", given.get("dead_steps"));
        return "baguettotron";
    }

    private static List<String> snapshots(JsonNode fractions) {
        List<String> all = new ArrayList<>();
        fractions.forEach(f -> all.add(100 * f.doubleValue() + "%"));
        return all;
    }

    private void setIfSaid(String key, JsonNode arguments, String argument) {
        if (arguments.has(argument)) {
            set(key, arguments.get(argument));
        }
    }

    private void set(String key, @Nullable Object value) {
        settings.put(key, value);
    }

    /// True for recorded runs of a whole trainer, false for those of optimisers and schedules alone.
    public static boolean isTraining(JsonNode run) {
        return run.at("/dims/d_sae").isNumber() && run.has("hyper_parameters");
    }
}
