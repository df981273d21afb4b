package dev.sae4j.cli;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.data.TextSource;
import dev.sae4j.lm.harvest.ContextRule;
import dev.sae4j.lm.harvest.Exclusion;
import dev.sae4j.lm.harvest.Harvest;
import dev.sae4j.lm.harvest.HarvestOptions;
import dev.sae4j.store.ActivationFile;
import dev.sae4j.store.ActivationSource;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.DocumentSplit;
import dev.sae4j.store.RowSplit;
import dev.sae4j.store.Shuffle;
import dev.sae4j.store.ShuffleBuffer;
import dev.sae4j.store.ShuffledReader;
import dev.sae4j.store.StoreOrigin;
import dev.sae4j.store.StoreShard;
import dev.sae4j.store.TrainingRows;
import dev.sae4j.train.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Opens what `train` reads: stores, plain files, or a model that runs.
///
/// @param seed of the order
/// @param heldOut share of the documents, or of a file's rows, to validate on; 0 for none
record TrainingInputs(long seed, double heldOut) {
    /// Most floats to validate on, 512 MB.
    private static final int MOST_VALIDATION = 1 << 27;

    /// Rows to validate on if a model has to make them.
    private static final int LIVE_VALIDATION = 16_384;

    private static final long LIVE_BUFFER_ROWS = 1 << 17;
    private static final long LIVE_BUFFER_BYTES = 1L << 29;
    private static final long REMEMBERED_BYTES = 1L << 28;

    /// Where in a model, and which positions.
    ///
    /// @param hooks at least one
    record Place(List<Hook> hooks, int context, ContextRule contexts, Exclusion exclude) {}

    /// One document in so many is held out.
    private int oneIn() {
        return (int) Math.round(1 / heldOut);
    }

    private DocumentSplit training() {
        return heldOut == 0 ? DocumentSplit.ALL : DocumentSplit.trainingWithout(oneIn());
    }

    /// @param targets what to predict; null for the inputs themselves
    /// @param check looks at where the inputs come from
    TrainingInput store(Path folder, @Nullable String targets, Consumer<StoreOrigin> check) {
        List<Runnable> open = new ArrayList<>();
        try {
            ActivationStore inputs = ActivationStore.open(folder);
            open.add(inputs::close);
            check.accept(inputs.info().origin());
            Map<String, Object> provenance = Provenance.of(inputs.info());
            Map<String, Object> identity = new LinkedHashMap<>();
            identity.put("inputs", identity(inputs));
            ActivationStore outputs = null;
            if (targets != null) {
                outputs = ActivationStore.open(Path.of(targets));
                open.add(outputs::close);
                identity.put("targets", identity(outputs));
                provenance.put("hook_name_out", Hook.publishedName(outputs.info().origin().hook()));
            }
            identity.put("held_out_one_in", heldOut == 0 ? 0 : oneIn());
            ShuffledReader rows = shuffled(inputs, outputs, training());
            open.add(rows::close);
            float[] validation = {};
            if (heldOut > 0) {
                try (var reader = shuffled(inputs, outputs, DocumentSplit.heldOut(oneIn()))) {
                    validation = all(reader);
                }
            }
            return new TrainingInput(rows, validation, identity, List.of(provenance), open);
        } catch (RuntimeException e) {
            open.reversed().forEach(Runnable::run);
            throw e;
        }
    }

    private ShuffledReader shuffled(
            ActivationStore inputs, @Nullable ActivationStore outputs, DocumentSplit split) {
        Shuffle shuffle = Shuffle.of(seed).only(split);
        return outputs == null
                ? inputs.shuffled(shuffle)
                : TrainingRows.paired(inputs, outputs, shuffle);
    }

    private static float[] all(TrainingRows rows) {
        int n = (int) Math.min(rows.rowsPerEpoch(), MOST_VALIDATION / rows.width());
        float[] values = new float[n * rows.width()];
        rows.next(values, n);
        return values;
    }

    private static Map<String, Object> identity(ActivationStore store) {
        StoreOrigin origin = store.info().origin();
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("model", origin.model());
        identity.put("hook", origin.hook());
        identity.put("data", origin.data());
        identity.put("rows", store.rows());
        identity.put("checksums", store.info().shards().stream().map(StoreShard::crc32c).toList());
        return identity;
    }

    /// Opens `FILE` or `FILE#TENSOR`.
    ///
    /// @param targets what to predict, row by row; null for the inputs themselves
    TrainingInput file(String name, @Nullable String targets) {
        List<Runnable> open = new ArrayList<>();
        try {
            ActivationFile inputs = ActivationFile.open(name);
            open.add(inputs::close);
            Map<String, Object> provenance = Provenance.ofFile(name, inputs.rows());
            Map<String, Object> identity = new LinkedHashMap<>();
            identity.put("inputs", identity(name, inputs));
            var split = new RowSplit(heldOut, seed);
            TrainingRows rows = inputs.shuffled(seed, split);
            float[] validation = heldOut == 0 ? new float[0] : all(inputs.heldOut(split));
            if (targets != null) {
                ActivationFile outputs = ActivationFile.open(targets);
                open.add(outputs::close);
                if (outputs.rows() != inputs.rows()) {
                    throw new UsageException(
                            "--targets has %d rows, --activations has %d: expected one for each"
                                    .formatted(outputs.rows(), inputs.rows()));
                }
                identity.put("targets", identity(targets, outputs));
                rows = TrainingRows.sideBySide(rows, outputs.shuffled(seed, split));
                if (heldOut > 0) {
                    validation =
                            beside(
                                    validation,
                                    inputs.width(),
                                    all(outputs.heldOut(split)),
                                    outputs.width());
                }
            }
            identity.put("held_out_share", heldOut);
            return new TrainingInput(rows, validation, identity, List.of(provenance), open);
        } catch (RuntimeException e) {
            open.reversed().forEach(Runnable::run);
            throw e;
        }
    }

    private static Map<String, Object> identity(String name, ActivationFile file) {
        int hash = name.lastIndexOf('#');
        Checksum sum = Checksum.of(Path.of(hash < 0 ? name : name.substring(0, hash)));
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("rows", file.rows());
        identity.put("width", file.width());
        identity.put("tensor", hash < 0 ? "" : name.substring(hash + 1));
        identity.put("checksum", sum.crc32c());
        return identity;
    }

    private static float[] all(ActivationSource source) {
        List<float[]> parts = new ArrayList<>();
        int[] length = {0};
        source.forEach(batch -> {
            int n = Math.min(batch.rows(), (MOST_VALIDATION - length[0]) / source.width());
            parts.add(Arrays.copyOf(batch.values(), n * source.width()));
            length[0] += n * source.width();
        });
        float[] values = new float[length[0]];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, values, at, part.length);
            at += part.length;
        }
        return values;
    }

    private static float[] beside(float[] a, int widthA, float[] b, int widthB) {
        int rows = Math.min(a.length / widthA, b.length / widthB);
        float[] both = new float[rows * (widthA + widthB)];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(a, r * widthA, both, r * (widthA + widthB), widthA);
            System.arraycopy(b, r * widthB, both, r * (widthA + widthB) + widthA, widthB);
        }
        return both;
    }

    /// A model that runs over a text, again and again.
    ///
    /// @param model closed with what is given back
    /// @param recipes of one length and batch
    TrainingInput live(
            Workers workers,
            LanguageModel model,
            TextSource all,
            Place place,
            List<Recipe> recipes) {
        Recipe recipe = recipes.getFirst();
        TextSource text = heldOut == 0 ? all : Inputs.part(all, training());
        Harvest harvest = harvest(workers, model, text, place, Long.MAX_VALUE);
        float[] validation = {};
        if (heldOut > 0) {
            TextSource rest = Inputs.part(all, DocumentSplit.heldOut(oneIn()));
            validation = all(harvest(workers, model, rest, place, LIVE_VALIDATION));
        }
        long rowBytes = (long) Float.BYTES * harvest.width();
        long perStep = recipe.rowsPerStep();
        Long tokens = recipe.tokens();
        long wanted = tokens == null ? LIVE_BUFFER_ROWS : tokens / 4;
        long buffer =
                Math.max(
                        2 * perStep,
                        Math.min(wanted, Math.min(LIVE_BUFFER_ROWS, LIVE_BUFFER_BYTES / rowBytes)));
        var stream = ShuffleBuffer.repeating(harvest, buffer, seed);
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("model", model.name());
        List<String> hooks = place.hooks.stream().map(Hook::toString).toList();
        identity.put("hook", hooks.size() == 1 ? hooks.getFirst() : hooks);
        identity.put("data", all.name());
        identity.putAll(harvest.identity());
        identity.put("context", place.context);
        if (!place.contexts.equals(ContextRule.SPLIT)) {
            identity.put("contexts", place.contexts.toString());
        }
        identity.put("excluded", place.exclude.toString());
        identity.put("held_out_one_in", heldOut == 0 ? 0 : oneIn());
        return new TrainingInput(
                new RememberedStart(stream, remembered(recipes, rowBytes)),
                validation,
                identity,
                harvest.origins().stream().map(Provenance::ofLive).toList(),
                List.of(model::close, stream::close));
    }

    /// Rows at the start that are not to be made twice: at least those that weights begin with.
    private static long remembered(List<Recipe> recipes, long rowBytes) {
        long rows = REMEMBERED_BYTES / rowBytes;
        for (Recipe recipe : recipes) {
            Integer sample = recipe.start().sampleRows();
            rows = Math.max(rows, sample == null ? recipe.batch() : sample);
        }
        return rows;
    }

    private static Harvest harvest(
            Workers workers, LanguageModel model, TextSource text, Place place, long rows) {
        HarvestOptions usual = HarvestOptions.of(place.hooks.getFirst(), rows);
        var options =
                new HarvestOptions(
                        usual.hook(),
                        rows,
                        place.context,
                        place.contexts,
                        place.exclude,
                        usual.dtype(),
                        usual.batchTokens());
        return Harvest.of(model, text, options, place.hooks, workers);
    }
}
