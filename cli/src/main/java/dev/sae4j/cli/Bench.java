package dev.sae4j.cli;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.MachinePeak;
import dev.sae4j.kernel.TileBench;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sae4j bench`: what this machine does.
@Command(
        name = "bench",
        description = {
            "Measure what this machine does, as a share of its own peak, which is measured in the same run with the same threads.",
            "train: a training step of a recipe; encode: the encoder alone; lm: a language model; tiles: the inner loops of the matrix product."
        },
        footer = {
            "  sae4j bench train --shape 576x4608 --k 16 --batch 8192",
            "  sae4j bench train --recipe saelens-matryoshka --shape 2304x32768 --k 40 --batch 1024",
            "  sae4j bench encode --shape 576x4608 --k 16 --batch 8192 --json",
            "  sae4j bench lm --model SmolLM2-135M --shape 8x128 --hook resid_post.15",
            "  sae4j bench tiles"
        })
final class Bench extends Verb {
    @Parameters(paramLabel = "WHAT", description = "train, encode, lm or tiles.")
    private String what;

    @Option(
            names = "--shape",
            paramLabel = "AxB",
            description =
                    "train, encode: d_in x d_sae (default: 576x4608); lm: sequences x tokens (default: 8x128).")
    private @Nullable String shape;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "Features active per row (default: ${DEFAULT-VALUE}).")
    private int k = 16;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Rows per step (default: ${DEFAULT-VALUE}).")
    private int batch = 8192;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "train: name or file of the recipe to time (default: ${DEFAULT-VALUE}).")
    private String recipe = "topk";

    @Option(
            names = "--rows",
            paramLabel = "FILE",
            description =
                    "train: a .npy or .safetensors file with a matrix of activations (default: made-up ones).")
    private @Nullable Path rows;

    @Option(
            names = "--dead",
            paramLabel = "X",
            description =
                    "train: share of features that count as dead (default: ${DEFAULT-VALUE}).")
    private double dead = 0;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Timed repetitions; the median counts (default: ${DEFAULT-VALUE}).")
    private int steps = 15;

    @Option(
            names = "--model",
            paramLabel = "M",
            description =
                    "lm: 'demo', a Hugging Face folder, a .gguf file or a hub id (default: ${DEFAULT-VALUE}).")
    private String model = Inputs.DEMO;

    @Option(
            names = "--hook",
            paramLabel = "H",
            description = "lm: where to stop (default: three quarters of the way through).")
    private @Nullable String hook;

    @Override
    void run(Console console) {
        if (steps < 1 || batch < 1 || !(dead >= 0 && dead < 1)) {
            throw new UsageException("--steps and --batch must be positive, --dead in [0, 1)");
        }
        try (Workers workers = common().workers()) {
            switch (what) {
                case "train" -> show(console, workers, () -> training().run(workers));
                case "encode" -> show(console, workers, () -> sae().encode(workers));
                case "lm" -> lm(console, workers);
                case "tiles" -> tiles(console);
                default ->
                        throw new UsageException(
                                "cannot bench '%s': give train, encode, lm or tiles"
                                        .formatted(what));
            }
        }
    }

    private SaeBench sae() {
        return new SaeBench(sizes("576x4608"), k, batch, steps);
    }

    /// Refuses what no matrix here can hold.
    static void check(int[] sizes, int k, int batch) {
        long most = Integer.MAX_VALUE - 16;
        if ((long) sizes[0] * sizes[1] > most || (long) batch * sizes[0] > most) {
            throw new UsageException(
                    "%d x %d with batch %d is too large: a matrix has at most %d elements here"
                            .formatted(sizes[0], sizes[1], batch, most));
        }
        if (k < 1 || k > sizes[1]) {
            throw new UsageException(
                    "--k is %d: expected 1 to %d, the number of features".formatted(k, sizes[1]));
        }
    }

    private TrainBench training() {
        int[] sizes = sizes("576x4608");
        check(sizes, k, batch);
        return new TrainBench(recipe, sizes[0], sizes[1], k, batch, dead, steps, rows);
    }

    private int[] sizes(String usual) {
        String text = shape == null ? usual : shape;
        String[] parts = text.split("x", -1);
        try {
            int[] sizes = {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
            if (parts.length == 2 && sizes[0] > 0 && sizes[1] > 0) {
                return sizes;
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // falls through to the message
        }
        throw new UsageException(
                "--shape '%s': give two numbers such as %s".formatted(text, usual));
    }

    private void lm(Console console, Workers workers) {
        int[] sizes = sizes("8x128");
        try (LanguageModel opened = Inputs.model(console, model)) {
            Hook at = hook == null ? Inputs.hook(opened) : Hook.parse(hook);
            opened.checkHook(at);
            var bench = new ModelBench(opened, at, sizes[0], sizes[1], steps);
            show(console, workers, () -> bench.run(workers));
        }
    }

    /// What one bench found.
    ///
    /// @param facts what was measured, by the names of `--json`
    /// @param tokens rows or tokens per repetition
    /// @param flops floating-point operations per repetition, as the ratio counts them
    /// @param seconds median time of a repetition
    record Timing(Map<String, Object> facts, long tokens, double flops, double seconds) {}

    /// The peak is measured before and after: a neighbour on the machine may slow one of the two.
    private void show(Console console, Workers workers, Supplier<Timing> bench) {
        double before = MachinePeak.measure(workers);
        Timing timing = bench.get();
        double peak = Math.max(before, MachinePeak.measure(workers));
        double rate = timing.flops() / timing.seconds();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("kind", what);
        result.put("peer", "sae4j");
        result.put("version", Sae4j.Version.ofBuild());
        result.putAll(timing.facts());
        result.put("tokens_per_s", timing.tokens() / timing.seconds());
        result.put("tokens_per_second", timing.tokens() / timing.seconds());
        result.put("step_seconds", timing.seconds());
        result.put("flops", rate);
        result.put("peak_flops", peak);
        result.put("peak_flops_ratio", rate / peak);
        result.put("threads", workers.threads());
        result.put("vector_bits", MachinePeak.vectorBits());
        result.put("peak_rss_mib", Memory.peakResidentMib());
        console.result(result, () -> text(console, result));
    }

    private static String text(Console console, Map<String, Object> result) {
        var table = console.table("", "");
        result.forEach((name, value) ->
                table.row(
                        name,
                        value instanceof Double d
                                ? String.format(Locale.ROOT, d >= 1e6 ? "%.4g" : "%.4f", d)
                                : value));
        return table.toString();
    }

    private static void tiles(Console console) {
        double peak;
        try (Workers one = Workers.of(1)) {
            peak = MachinePeak.measure(one);
        }
        List<TileBench.Speed> speeds = TileBench.measure();
        console.result(
                Map.of(
                        "peak_flops",
                        peak,
                        "vector_bits",
                        MachinePeak.vectorBits(),
                        "tiles",
                        speeds),
                () -> {
                    var table = console.table("tile", "GFLOP/s", "of peak", "used here");
                    for (TileBench.Speed s : speeds) {
                        table.row(
                                s.tile(),
                                String.format(Locale.ROOT, "%.1f", s.flops() / 1e9),
                                String.format(Locale.ROOT, "%.2f", s.flops() / peak),
                                s.used() ? "yes" : "");
                    }
                    return "one thread, %d bits, peak %.1f GFLOP/s%n%s"
                            .formatted(MachinePeak.vectorBits(), peak / 1e9, table);
                });
    }
}
