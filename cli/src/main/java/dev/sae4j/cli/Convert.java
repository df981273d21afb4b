package dev.sae4j.cli;

import dev.sae4j.checkpoint.CheckpointWriter;
import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.checkpoint.ReadOptions;
import dev.sae4j.checkpoint.SaeSet;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sae4j convert IN OUT --to FORMAT`: any known SAE format to another.
@Command(
        name = "convert",
        description = {
            "Write an SAE, or every SAE below a folder, in another format, and check that it computes the same.",
            "What the format cannot express is said and refused unless --lossy."
        },
        footer = {
            "  sae4j convert my-sae my-sae-dl --to dictionary_learning",
            "  sae4j convert layer_12/params.npz gemma-saelens --to saelens --dtype bf16",
            "  sae4j convert trainer_0 per-row --to saelens --reading topk",
            "  sae4j convert snapshots snapshots-saelens --to saelens"
        })
final class Convert extends Verb {
    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "SAE file or folder to read, or a folder of many.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "File or folder to write.")
    private Path out;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FORMAT",
            description = "Format to write; docs/reference/formats.md lists them.")
    private String to;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            description = "Type of the weights: f32, f16 or bf16 (default: the one they have).")
    private @Nullable String dtype;

    @Option(
            names = "--lossy",
            description = "Write even if the format cannot express all of the SAE.")
    private boolean lossy;

    @Mixin private ReadingOptions reading = new ReadingOptions();

    /// What was done.
    ///
    /// @param output what was written
    /// @param from format read
    /// @param to format written
    /// @param reading name of the reading that was written
    /// @param notes what was written in another form
    /// @param losses what was lost
    /// @param check how far the written SAE computes from the read one
    record Result(
            String output,
            String from,
            String to,
            String reading,
            List<String> notes,
            List<String> losses,
            SameFeatures check) {}

    /// One SAE to convert.
    private record Job(Path from, Path to) {}

    @Override
    void run(Console console) {
        CheckpointWriter writer = Checkpoints.writer(to);
        DType type = type();
        boolean many = isSet();
        List<Job> jobs = many ? jobs(writer) : List.of(new Job(in, out));
        try (Workers workers = common().workers()) {
            checkOutput();
            List<Result> results = new ArrayList<>();
            for (Job job : jobs) {
                results.add(convert(workers, writer, type, job));
            }
            if (many) {
                console.result(results, () -> table(console, results));
            } else {
                console.result(results.getFirst(), () -> text(results.getFirst()));
            }
        }
    }

    private boolean isSet() {
        return reading.toOptions().equals(ReadOptions.NONE)
                && Files.isDirectory(in)
                && !Checkpoints.isSae(in)
                && !SaeSet.below(in).found().isEmpty();
    }

    /// Every SAE below the folder, each to the same place below the other: looked at before anything
    /// is written.
    private List<Job> jobs(CheckpointWriter writer) {
        SaeSet set = SaeSet.below(in);
        List<Job> jobs = new ArrayList<>();
        for (Path path : set.found()) {
            Optional<Checkpoints.Found> opened = set.open(path);
            if (opened.isPresent()) {
                try (Checkpoints.Found found = opened.get()) {
                    fit(writer, path, found.sae());
                }
                String id = set.id(path).replaceFirst("\\.(pt|pth|safetensors|npz)$", "");
                jobs.add(new Job(path, out.resolve(id)));
            }
        }
        return jobs;
    }

    private Result convert(
            Workers workers, CheckpointWriter writer, @Nullable DType type, Job job) {
        try (Checkpoints.Found found = Checkpoints.find(job.from, reading.toOptions())) {
            Sae sae = found.sae();
            CheckpointWriter.Fit fit = fit(writer, job.from, sae);
            writer.write(sae, job.to, type);
            SameFeatures check = written(workers, sae, job.to);
            if (fit.losses().isEmpty() && type == null && !check.isSame()) {
                throw Sae4jException.in(
                        job.to,
                        "was written, but computes something else (%s): do not use it, and please report this"
                                .formatted(check.text()));
            }
            return new Result(
                    job.to.toString(),
                    found.format().name(),
                    to,
                    sae.reading().name(),
                    fit.notes(),
                    fit.losses(),
                    check);
        }
    }

    /// What becomes of an SAE, which the user must want.
    private CheckpointWriter.Fit fit(CheckpointWriter writer, Path from, Sae sae) {
        CheckpointWriter.Fit fit;
        try {
            fit = writer.fit(sae);
        } catch (Sae4jException e) { // says why, not of which file
            throw Sae4jException.in(
                    from, "cannot be written as %s: %s".formatted(to, e.getMessage()), e);
        }
        if (!fit.losses().isEmpty() && !lossy) {
            throw Sae4jException.in(
                    from,
                    "format %s cannot express all of this SAE:\n  %s\nWrite it all the same with --lossy"
                            .formatted(to, String.join("\n  ", fit.losses())));
        }
        return fit;
    }

    private SameFeatures written(Workers workers, Sae sae, Path path) {
        try (Sae again = Checkpoints.open(path, ReadOptions.ofFormat(to))) {
            return SameFeatures.compare(workers, sae, again, common().seed());
        }
    }

    private void checkOutput() {
        if (out.toAbsolutePath().normalize().startsWith(in.toAbsolutePath().normalize())) {
            throw new UsageException("OUT lies in IN: choose another place");
        }
        if (Files.exists(out)) {
            throw Sae4jException.in(out, "exists: it will not be replaced, choose another name");
        }
    }

    private @Nullable DType type() {
        if (dtype == null) {
            return null;
        }
        return switch (dtype.toLowerCase(Locale.ROOT)) {
            case "f32", "float32" -> DType.F32;
            case "f16", "float16" -> DType.F16;
            case "bf16", "bfloat16" -> DType.BF16;
            default ->
                    throw new UsageException(
                            "--dtype is f32, f16 or bf16, not '%s'".formatted(dtype));
        };
    }

    private static String text(Result result) {
        var text = new StringBuilder();
        text.append("Wrote %s: %s, from %s\n".formatted(result.output, result.to, result.from));
        result.notes.forEach(n -> text.append("  note: ").append(n).append('\n'));
        result.losses.forEach(n -> text.append("  lost: ").append(n).append('\n'));
        return text.append("  ").append(result.check.text()).append('\n').toString();
    }

    private static String table(Console console, List<Result> results) {
        Table table = console.table("written", "from", "features", "reconstructions", "differing");
        Set<String> remarks = new LinkedHashSet<>();
        for (Result result : results) {
            SameFeatures check = result.check;
            table.row(
                    result.output,
                    result.from,
                    "%.1e".formatted(check.features()),
                    "%.1e".formatted(check.reconstruction()),
                    check.differing());
            result.notes.forEach(n -> remarks.add("note: " + n));
            result.losses.forEach(n -> remarks.add("lost: " + n));
        }
        var text = new StringBuilder();
        text.append("Wrote %d SAEs as %s\n".formatted(results.size(), results.getFirst().to));
        remarks.forEach(r -> text.append("  ").append(r).append('\n'));
        return text.append(table).toString();
    }
}
