package dev.sae4j.cli;

import dev.sae4j.store.TrainingRows;
import java.util.List;
import java.util.Map;

/// What an SAE is trained on, open.
///
/// @param rows to train on
/// @param validation `[n, width]`, rows that are held out
/// @param identity what the rows are; a run is only resumed on the same
/// @param provenance what the SAE says of them
/// @param open what is to be closed, in the order in which it was opened
record TrainingInput(
        TrainingRows rows,
        float[] validation,
        Map<String, Object> identity,
        Map<String, Object> provenance,
        List<Runnable> open)
        implements AutoCloseable {
    @Override
    public void close() {
        open.reversed().forEach(Runnable::run);
    }
}
