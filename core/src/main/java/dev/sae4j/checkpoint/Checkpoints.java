package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.sae.Sae;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// All known formats.
public final class Checkpoints {
    private static final CheckpointFormat SAE_LENS = new SaeLensFormat();

    /// In the order in which they are asked: those that are surer of themselves first.
    private static final List<CheckpointFormat> FORMATS =
            List.of(
                    SAE_LENS,
                    new SparsifyFormat(),
                    new OpenAiFormat(),
                    new BartBussmannFormat(),
                    new DictionaryLearningFormat(),
                    new LlamaScopeFormat(),
                    new LlamaScopeR1Format(),
                    new TemporalFormat(),
                    new GemmaScopeFormat(),
                    new GemmaScope2Format(),
                    new TopKPtFormat(),
                    new GridPtFormat(),
                    new MntssCltFormat(),
                    new MwhannaFormat(),
                    new HookZFormat(),
                    new QwenScopeFormat(),
                    new GoodfireFormat(),
                    new ReluPtFormat());

    private Checkpoints() {}

    /// An SAE with the format it was found in.
    ///
    /// @param format the format
    /// @param sae the SAE; close it
    /// @param files with tensors that belong to it, absolute
    public record Found(CheckpointFormat format, Sae sae, Set<Path> files)
            implements AutoCloseable {
        public Found {
            files = Set.copyOf(files);
        }

        @Override
        public void close() {
            sae.close();
        }
    }

    /// Opens an SAE of whatever format it is.
    ///
    /// @throws Sae4jException if no format fits; the message says what each one missed
    public static Sae open(Path path, ReadOptions options) {
        return find(path, options).sae();
    }

    /// Opens an SAE and says of which format it is.
    ///
    /// @throws Sae4jException if no format fits; the message says what each one missed
    public static Found find(Path path, ReadOptions options) {
        if (!Files.exists(path)) {
            throw Sae4jException.in(path, "does not exist");
        }
        Candidate candidate = new Candidate(path, options);
        try {
            CheckpointFormat format = formatOf(candidate);
            Sae sae = format.open(candidate);
            String reading = options.reading();
            return new Found(
                    format, reading == null ? sae : sae.handOver(reading), candidate.files());
        } catch (RuntimeException | StackOverflowError e) {
            candidate.close();
            throw e;
        }
    }

    /// All formats.
    public static List<CheckpointFormat> formats() {
        return FORMATS;
    }

    /// A format by its name.
    ///
    /// @throws UsageException if there is none; the message lists them
    public static CheckpointFormat format(String name) {
        return FORMATS.stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new UsageException(
                                "there is no format '%s': known are %s"
                                        .formatted(name, names(FORMATS))));
    }

    /// The writer of a format.
    ///
    /// @throws UsageException if there is no such format, or it is only read
    public static CheckpointWriter writer(String format) {
        return format(format)
                .writer()
                .orElseThrow(() ->
                        new UsageException(
                                "format '%s' is only read: written are %s"
                                        .formatted(
                                                format,
                                                names(
                                                        FORMATS.stream()
                                                                .filter(f -> f.writer().isPresent())
                                                                .toList()))));
    }

    /// The writer of the format that is written unless another is asked for, SAELens.
    public static CheckpointWriter saeLens() {
        return writer(SAE_LENS.name());
    }

    /// True if some format takes the path for its own. It may be damaged all the same.
    ///
    /// @throws Sae4jException if it is a file and of no known container
    public static boolean isSae(Path path) {
        try (Candidate candidate = new Candidate(path, ReadOptions.NONE)) {
            return FORMATS.stream().anyMatch(f -> f.whyNot(candidate).isEmpty());
        }
    }

    private static String names(List<CheckpointFormat> formats) {
        return formats.stream().map(CheckpointFormat::name).collect(Collectors.joining(", "));
    }

    private static List<Path> below(Candidate candidate) {
        try {
            return candidate.isFolder() ? SaeSet.below(candidate.path()).found() : List.of();
        } catch (Sae4jException e) {
            return List.of(); // too large to look through: what each format misses says enough
        }
    }

    private static CheckpointFormat formatOf(Candidate candidate) {
        String wanted = candidate.options().format();
        if (wanted != null) {
            CheckpointFormat format = format(wanted);
            Optional<String> miss = format.whyNot(candidate);
            if (miss.isPresent()) {
                throw Sae4jException.in(
                        candidate.path(), "is not of format %s: %s".formatted(wanted, miss.get()));
            }
            return format;
        }
        if (!candidate.isFolder()) {
            candidate.tensors(candidate.path()); // a damaged file says so itself
        }
        StringBuilder misses = new StringBuilder();
        for (CheckpointFormat format : FORMATS) {
            Optional<String> miss = format.whyNot(candidate);
            if (miss.isEmpty()) {
                return format;
            }
            misses.append("\n  ").append(format.name()).append(": ").append(miss.get());
        }
        List<Path> below = below(candidate);
        if (!below.isEmpty()) {
            throw Sae4jException.in(
                    candidate.path(),
                    "is a folder with %d SAEs below it, not one: name one of them, such as %s"
                            .formatted(below.size(), below.getFirst()));
        }
        throw Sae4jException.in(candidate.path(), "is no SAE of a known format:" + misses);
    }
}
