package dev.sae4j.features;

import dev.sae4j.store.ActivationBatch;
import dev.sae4j.store.ActivationSource;
import java.util.List;
import java.util.function.Consumer;

/// Activations in memory, handed over in batches of any size.
///
/// @param rows of documents in order
record MemorySource(int width, int batchRows, List<Row> rows) implements ActivationSource {
    record Row(int document, int position, int token, float[] values) {}

    @Override
    public void forEach(Consumer<ActivationBatch> receiver) {
        for (int from = 0; from < rows.size(); from += batchRows) {
            int n = Math.min(batchRows, rows.size() - from);
            float[] values = new float[n * width];
            int[] token = new int[n];
            int[] document = new int[n];
            int[] position = new int[n];
            for (int r = 0; r < n; r++) {
                Row row = rows.get(from + r);
                System.arraycopy(row.values(), 0, values, r * width, width);
                token[r] = row.token();
                document[r] = row.document();
                position[r] = row.position();
            }
            receiver.accept(new ActivationBatch(n, width, values, token, document, position));
        }
    }
}
