package dev.sae4j.train.sweep;

import dev.sae4j.store.ActivationSource;
import dev.sae4j.store.ActivationStore;
import dev.sae4j.store.DocumentSplit;
import dev.sae4j.store.Shuffle;
import dev.sae4j.store.StoreInfo;
import dev.sae4j.store.TrainingRows;
import java.util.LinkedHashMap;
import java.util.Map;

/// The rows of a store, one document in so many held out.
record StoreData(ActivationStore store) implements SweepData {
    @Override
    public int width() {
        return store.width();
    }

    @Override
    public TrainingRows training(long seed, int oneIn) {
        return store.shuffled(Shuffle.of(seed).only(DocumentSplit.trainingWithout(oneIn)));
    }

    @Override
    public ActivationSource heldOut(int oneIn) {
        return store.only(DocumentSplit.heldOut(oneIn));
    }

    @Override
    public Map<String, Object> identity() {
        StoreInfo info = store.info();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", info.origin().model());
        all.put("hook", info.origin().hook());
        all.put("data", info.origin().data());
        all.put("excluded", info.origin().excluded());
        all.put("dtype", info.dtype().name());
        all.put("width", info.width());
        all.put("rows", info.rows());
        return all;
    }
}
