package dev.sae4j.lm.harvest;

import dev.sae4j.io.DType;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.data.TextSource;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// A process that harvests slowly and may be killed. Arguments: folder of the store, milliseconds a
/// batch.
final class HarvestingChild {
    private static final List<String> TEXTS =
            IntStream.range(0, 600).mapToObj(i -> "text number " + "x".repeat(i % 40) + i).toList();
    private static final int SHARD = 4_000;

    private HarvestingChild() {}

    public static void main(String[] args) {
        harvest(Path.of(args[0]), Long.parseLong(args[1]));
    }

    static void harvest(Path folder, long pause) {
        var options =
                new HarvestOptions(
                        Hook.residPost(1),
                        8_000,
                        16,
                        ContextRule.of(ContextRule.Kind.STREAM),
                        Exclusion.FIRST_AND_SPECIAL,
                        DType.F32,
                        64);
        new Harvest(new FakeRunner(true), TextSource.of("test", TEXTS), options)
                .toStore(folder, true, (rows, of, seen) -> sleep(pause), SHARD);
    }

    private static void sleep(long pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
