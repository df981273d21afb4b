package dev.sae4j.train;

import dev.sae4j.train.engine.Density;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A line for each repeated run, in the file `-Dsae4j.parity=FILE`: how much of its tolerance the
/// worst number used up, and how many choices were made as recorded.
final class ParityTable {
    private ParityTable() {}

    static void add(Rehearsal run, RecordedCase recorded, Density density) throws IOException {
        String file = System.getProperty("sae4j.parity");
        if (file == null) {
            return;
        }
        Deviation worst = run.worst().getFirst();
        String line =
                "%s\t%s\t%.3f\t%s (step %d)\t%d %s%n"
                        .formatted(
                                recorded.name(),
                                density,
                                worst.ratio(),
                                worst.what(),
                                worst.step(),
                                run.turned().size(),
                                run.turned().isEmpty() ? "" : run.turned());
        Files.writeString(
                Path.of(file), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
