package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.data.WordNet;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.sae.Sae;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.train.metric.ModelEvaluation;
import dev.sae4j.train.metric.ModelLoss;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// In which model the SAEs of a sweep are measured, if in any.
@Command
final class SweepModelOptions {
    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "Measure each SAE in its model, too: 'demo', a Hugging Face folder, a .gguf file or a hub id (default: on activations only).")
    private @Nullable String model;

    @Mixin private DataOptions data = new DataOptions();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "With --model: rows to measure (default: ${DEFAULT-VALUE}).")
    private Size tokens = new Size(QuickstartPlan.EVALUATION_ROWS);

    /// A model that is open.
    ///
    /// @param language the model; null for none
    /// @param loss measures an SAE in it; null for none
    record Opened(@Nullable LanguageModel language, @Nullable Function<Sae, ModelLoss> loss)
            implements AutoCloseable {
        @Override
        public void close() {
            if (language != null) {
                language.close();
            }
        }
    }

    /// Refuses a model where nothing says of which place of it the activations are.
    void refuse() {
        if (model != null) {
            throw new UsageException(
                    "a plain file does not say of which hook it is: leave out --model, and use 'eval' afterwards");
        }
    }

    /// Opens the model and the text.
    ///
    /// @param origin of the activations: where in the model SAEs belong
    Opened open(Console console, Workers workers, StoreOrigin origin) {
        if (model == null) {
            return new Opened(null, null);
        }
        ModelPlace place = ModelPlace.find(console, model);
        TextSource text = data.open(console, WordNet.NAME_HELD_OUT, place);
        Exclusion exclusion = Exclusion.parse(origin.excluded());
        LanguageModel language = place.open(console);
        if (!Inputs.isSameModel(language.name(), origin.model())) {
            language.close();
            throw new UsageException(
                    "the store was harvested from %s, not from --model %s (%s)"
                            .formatted(origin.model(), model, language.name()));
        }
        var usual = HarvestOptions.of(Hook.parse(origin.hook()), tokens.value());
        var options =
                new HarvestOptions(
                        usual.hook(),
                        usual.tokens(),
                        Math.min(origin.context(), language.spec().context()),
                        data.rule(),
                        exclusion,
                        usual.dtype(),
                        usual.batchTokens());
        return new Opened(
                language,
                sae ->
                        Objects.requireNonNull(
                                ModelEvaluation.run(
                                                workers, language, sae, text, options, rows -> {})
                                        .loss()));
    }
}
