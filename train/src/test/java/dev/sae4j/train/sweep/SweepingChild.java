package dev.sae4j.train.sweep;

import dev.sae4j.kernel.Workers;
import dev.sae4j.store.ActivationStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A process that goes on with a sweep, and saves its state after every other step.
final class SweepingChild {
    private SweepingChild() {}

    /// @param args the sweep file, the store, the folder of the sweep
    public static void main(String[] args) {
        try (ActivationStore store = ActivationStore.open(Path.of(args[1]));
                Workers workers = Workers.of(1)) {
            sweep(
                    workers,
                    Path.of(args[0]),
                    store,
                    Path.of(args[2]),
                    new SweepListener() {
                        @Override
                        public void afterStep(long step, long steps) {
                            tell();
                        }

                        @Override
                        public void finished(CellResult result) {
                            tell();
                        }
                    });
        }
    }

    /// Tells the parent that something has happened.
    private static void tell() {
        System.out.write('\n');
        System.out.flush();
    }

    static void sweep(
            Workers workers, Path file, ActivationStore store, Path out, SweepListener listener) {
        var options =
                new SweepRun.Options(
                        out, true, "saelens", Map.of(), Runtime.getRuntime().maxMemory(), 2, null);
        new SweepRun(workers, SweepFiles.read(file, List.of()), SweepData.of(store), options)
                .run(listener);
    }
}
