package dev.sae4j.train;

import dev.sae4j.store.TrainingRows;
import dev.sae4j.testing.Fixtures;
import dev.sae4j.train.engine.Parameter;
import dev.sae4j.train.engine.Parameters;
import dev.sae4j.train.recipe.CaseRecipes;
import dev.sae4j.train.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A recorded training run: its folder, its recipe, and how its library names and turns tensors.
final class RecordedCase {
    private final Path folder;
    private final JsonNode json;
    private final Recipe recipe;

    /// All recorded runs of trainers.
    ///
    /// @throws AssertionError if there are none
    static Stream<RecordedCase> all() {
        return Fixtures.manifests("case.json", CaseRecipes::isTraining).stream()
                .map(m -> new RecordedCase(m.folder(), m.json()));
    }

    private RecordedCase(Path folder, JsonNode json) {
        this.folder = folder;
        this.json = json;
        this.recipe = CaseRecipes.of(json);
    }

    String name() {
        return json.get("case").asString();
    }

    Recipe recipe() {
        return recipe;
    }

    JsonNode json() {
        return json;
    }

    String library() {
        return json.at("/library/name").asString();
    }

    int dIn() {
        return json.at("/dims/d_in").asInt();
    }

    int steps() {
        return json.get("n_steps").asInt();
    }

    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    /// A file beside `case.json`.
    RecordedTensors read(String file) {
        return RecordedTensors.read(folder.resolve(file));
    }

    /// The same for files that not every case has: empty if there is none.
    RecordedTensors readIfThere(String file) {
        return has(file) ? read(file) : RecordedTensors.NONE;
    }

    /// True if rows of the data have an input and, behind it, what it is to predict.
    boolean pairs() {
        return json.at("/data/tensors").size() == 2
                && json.at("/data/tensors/1").asString().equals("targets");
    }

    /// The rows of the run, in the order of the recording.
    TrainingRows rows() {
        int d = dIn();
        if (recipe.epochs() != null) {
            return TrainingRows.ofOrders(data("train"), d, order());
        }
        if (!pairs()) {
            return TrainingRows.inOrder(data("activations"), d);
        }
        return TrainingRows.sideBySide(
                TrainingRows.inOrder(data("inputs"), d), TrainingRows.inOrder(data("targets"), d));
    }

    /// Rows to validate on, `[n, dIn]`; empty if the run has none.
    float[] validation() {
        return recipe.bestOnValidation() ? data("val") : new float[0];
    }

    private int[][] order() {
        float[] all = data("order");
        int epochs = Objects.requireNonNull(recipe.epochs());
        int n = all.length / epochs;
        int[][] order = new int[epochs][n];
        for (int i = 0; i < all.length; i++) {
            order[i / n][i % n] = (int) all[i];
        }
        return order;
    }

    private float[] data(String tensor) {
        Path file = folder.resolve(json.at("/data/file").asString()).normalize();
        return RecordedTensors.read(file).floats(tensor);
    }

    /// Where a parameter is in the case's files.
    ///
    /// @param turned true if its rows are the file's columns
    record Place(String name, boolean turned) {}

    /// The place of each parameter, by the names that the file has.
    static Place place(Parameter p, RecordedTensors file) {
        boolean linear = file.has("encoder.weight");
        return switch (p.name()) {
            case "W_enc" -> linear ? new Place("encoder.weight", false) : new Place("W_enc", true);
            case "W_dec" ->
                    file.has("decoder.weight")
                            ? new Place("decoder.weight", true)
                            : new Place("W_dec", false);
            case "b_enc" -> new Place(linear ? "encoder.bias" : "b_enc", false);
            case "b_mag" -> new Place(linear ? "mag_bias" : "b_mag", false);
            case "b_gate" -> new Place(linear ? "gate_bias" : "b_gate", false);
            case "b_dec" ->
                    new Place(first(file, "b_dec", "decoder.bias", "decoder_bias", "bias"), false);
            default -> new Place(p.name(), false);
        };
    }

    private static String first(RecordedTensors file, String... names) {
        for (String name : names) {
            if (file.has(name)) {
                return name;
            }
        }
        throw new AssertionError("none of the names in " + file.names());
    }

    /// The values of a parameter in a file, in our order.
    static double[] values(Parameter p, RecordedTensors file) {
        Place place = place(p, file);
        double[] found = file.get(place.name());
        if (!place.turned()) {
            return found;
        }
        int rows = p.rows();
        int width = p.width();
        double[] turned = new double[found.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < width; c++) {
                turned[r * width + c] = found[c * rows + r];
            }
        }
        return turned;
    }

    /// Fills parameters from a file.
    static void load(Parameters weights, RecordedTensors file) {
        for (Parameter p : weights.all()) {
            double[] values = values(p, file);
            for (int i = 0; i < values.length; i++) {
                p.value()[i] = (float) values[i];
            }
        }
    }
}
