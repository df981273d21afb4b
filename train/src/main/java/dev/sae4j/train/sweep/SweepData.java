package dev.sae4j.train.sweep;

import dev.sae4j.store.ActivationFile;
import dev.sae4j.store.ActivationSource;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.TrainingRows;
import java.util.Map;

/// Activations that every cell of a sweep is trained on and measured with.
public interface SweepData {
    /// Floats per row (d_in).
    int width();

    /// The rows to train on, in the random order of a seed. Close it if it can be closed.
    TrainingRows training(long seed, int oneIn);

    /// The rows that [#training] leaves out.
    ActivationSource heldOut(int oneIn);

    /// What tells these activations from others.
    Map<String, Object> identity();

    /// A store: whole documents are held out.
    static SweepData of(ActivationStore store) {
        return new StoreData(store);
    }

    /// A plain file: rows are held out, drawn with a fixed seed.
    ///
    /// @param name of the file, for the record
    static SweepData of(String name, ActivationFile file) {
        return new FileData(name, file);
    }
}
