package dev.sae4j.lm;

import dev.sae4j.io.Safetensors;
import dev.sae4j.io.Tensor;
import dev.sae4j.testing.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One recorded model: its folder and what the manifest says of it.
record FamilyCase(String name, Path folder, JsonNode json) {
    static List<FamilyCase> all() {
        List<FamilyCase> cases = new ArrayList<>();
        for (var manifest : Fixtures.manifests("manifest.json", m -> m.has("families"))) {
            for (var family : manifest.json().get("families").properties()) {
                Path folder = manifest.folder().resolve(family.getKey());
                String label = manifest.folder().getFileName() + "/" + family.getKey();
                cases.add(new FamilyCase(label, folder, family.getValue()));
            }
        }
        return cases;
    }

    String modelType() {
        return json.get("model_type").asString();
    }

    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    Safetensors file(String name) {
        return Safetensors.open(folder.resolve(name));
    }

    /// Ten times the larger of the two distances between honest float32 runs that were recorded for
    /// this kind of tensor, because sums run in another order here. Never above 2e-4, which tells
    /// every known mistake from rounding.
    double tolerance(String kind) {
        JsonNode t = json.get("tolerance_max_abs");
        double recorded =
                Math.max(
                        t.path("eager_vs_sdpa").path(kind).asDouble(0),
                        t.path("float32_vs_float64").path(kind).asDouble(0));
        return Math.min(2e-4, 10 * Math.max(recorded, 1e-6));
    }

    /// A copy of the weights with one of the spellings of its configuration as `config.json`.
    Path withConfig(String config, Path scratch) {
        try {
            Path copy = Files.createTempDirectory(scratch, "model");
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (name.startsWith("model") || name.startsWith("pytorch_model")) {
                        Files.copy(file, copy.resolve(name));
                    }
                }
            }
            Files.copy(folder.resolve(config), copy.resolve("config.json"));
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The recorded rows without their padding.
    static TokenBatch batch(Tensor ids, boolean[] real) {
        long[] all = ids.toLongs();
        int columns = ids.columns();
        List<int[]> rows = new ArrayList<>();
        for (int r = 0; r < ids.rows(); r++) {
            int n = 0;
            while (n < columns && real[r * columns + n]) {
                n++;
            }
            int[] row = new int[n];
            for (int i = 0; i < n; i++) {
                row[i] = Math.toIntExact(all[r * columns + i]);
            }
            rows.add(row);
        }
        return TokenBatch.of(rows);
    }

    static boolean[] flags(Tensor mask) {
        long[] values = mask.toLongs();
        boolean[] real = new boolean[values.length];
        for (int i = 0; i < real.length; i++) {
            real[i] = values[i] != 0;
        }
        return real;
    }

    @Override
    public String toString() {
        return name;
    }
}
