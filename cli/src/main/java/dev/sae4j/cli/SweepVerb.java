package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.store.ActivationFile;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.train.sweep.CellResult;
import dev.sae4j.train.sweep.Sweep;
import dev.sae4j.train.sweep.SweepData;
import dev.sae4j.train.sweep.SweepFiles;
import dev.sae4j.train.sweep.SweepRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sae4j sweep`: trains a grid of recipes on the same activations.
@Command(
        name = "sweep",
        description = {
            "Train many SAEs on the same activations, and make tables of what came of them.",
            "A sweep that was stopped or killed goes on with --resume; finished SAEs are kept."
        },
        footer = {
            "  sae4j sweep grid-search --activations store --out grid",
            "  sae4j sweep my-grid.yaml --activations store --out my-grid --resume"
        })
final class SweepVerb extends Verb {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description =
                    "Sweep file (docs/reference/sweeps.md), or the sweep that comes with sae4j: grid-search.")
    private String file = "";

    @Option(
            names = "--activations",
            required = true,
            paramLabel = "STORE|FILE",
            description =
                    "Folder made by 'harvest', or [N, D] in a file: x.safetensors[#tensor], .npy, .npz, .pt.")
    private String activations = "";

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
    private Path out;

    @Option(names = "--resume", description = "Go on with the sweep in --out.")
    private boolean resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Another value for a key of all recipes, such as epochs=3, unless a cell or the grid says it; repeatable.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "Format of the SAEs (default: ${DEFAULT-VALUE}).")
    private String format = "saelens";

    @Mixin private SweepModelOptions model = new SweepModelOptions();

    @Override
    void run(Console console) {
        List<String> all = new ArrayList<>(settings);
        common().givenSeed().ifPresent(seed -> all.add("seed=" + seed));
        Sweep sweep = SweepFiles.open(file, all);
        try (Workers workers = common().workers()) {
            if (isFile()) {
                model.refuse();
                try (ActivationFile opened = ActivationFile.open(activations)) {
                    run(
                            console,
                            workers,
                            sweep,
                            SweepData.of(activations, opened),
                            Provenance.ofFile(activations, opened.rows()),
                            null);
                }
            } else {
                onStore(console, workers, sweep);
            }
        }
    }

    private boolean isFile() {
        int hash = activations.lastIndexOf('#');
        Path path = Path.of(hash < 0 ? activations : activations.substring(0, hash));
        return Files.isRegularFile(path);
    }

    private void onStore(Console console, Workers workers, Sweep sweep) {
        try (ActivationStore store = ActivationStore.open(Path.of(activations));
                SweepModelOptions.Opened opened =
                        model.open(console, workers, store.info().origin())) {
            run(console, workers, sweep, SweepData.of(store), Provenance.of(store.info()), opened);
        }
    }

    private void run(
            Console console,
            Workers workers,
            Sweep sweep,
            SweepData data,
            Map<String, Object> origin,
            SweepModelOptions.@Nullable Opened opened) {
        var options =
                new SweepRun.Options(
                        out,
                        resume,
                        format,
                        origin,
                        Runtime.getRuntime().maxMemory(),
                        0,
                        opened == null ? null : opened.loss());
        List<CellResult> results;
        console.ifInterrupted("add --resume to the same command");
        try (var watch = new SweepWatch(console)) {
            results = new SweepRun(workers, sweep, data, options).run(watch);
        }
        report(console, results);
        List<CellResult> failed = results.stream().filter(r -> r.failure() != null).toList();
        if (!failed.isEmpty()) {
            throw new Sae4jException(
                    "%d of %d SAEs failed, the others are in %s; %s: %s"
                            .formatted(
                                    failed.size(),
                                    results.size(),
                                    out,
                                    failed.getFirst().name(),
                                    failed.getFirst().failure()));
        }
    }

    private void report(Console console, List<CellResult> results) {
        List<Map<String, Object>> cells = new ArrayList<>();
        var table = console.table("cell", "status", "mse", "explained", "l0", "dead", "epoch");
        for (CellResult result : results) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("cell", result.name());
            one.put("status", result.status());
            one.put("selection", result.selection());
            one.putAll(result.numbers());
            cells.add(one);
            table.row(
                    result.name(),
                    result.status(),
                    shown(result, "validation_mse", "%.5g"),
                    shown(result, "explained_variance", "%.4f"),
                    shown(result, "l0", "%.1f"),
                    shown(result, "dead_features", "%.0f"),
                    shown(result, "best_epoch", "%.0f"));
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("out", out.toString());
        summary.put("cells", cells);
        console.result(summary, () -> table + "%s: results.csv, results_full.csv\n".formatted(out));
    }

    private static String shown(CellResult result, String name, String format) {
        Number value = result.numbers().get(name);
        return value == null ? "-" : String.format(Locale.ROOT, format, value.doubleValue());
    }
}
