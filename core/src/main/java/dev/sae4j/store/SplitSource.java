package dev.sae4j.store;

import java.util.function.Consumer;

/// The rows of some documents of another source.
record SplitSource(ActivationSource all, DocumentSplit split) implements ActivationSource {
    @Override
    public int width() {
        return all.width();
    }

    @Override
    public void forEach(Consumer<ActivationBatch> receiver) {
        all.forEach(batch -> {
            int[] kept = new int[batch.rows()];
            int n = split.select(batch.document(), batch.rows(), kept);
            if (n > 0) {
                receiver.accept(select(batch, kept, n));
            }
        });
    }

    private static ActivationBatch select(ActivationBatch batch, int[] kept, int n) {
        int width = batch.width();
        float[] values = new float[n * width];
        int[] token = new int[n];
        int[] document = new int[n];
        int[] position = new int[n];
        for (int i = 0; i < n; i++) {
            int row = kept[i];
            System.arraycopy(batch.values(), row * width, values, i * width, width);
            token[i] = batch.token()[row];
            document[i] = batch.document()[row];
            position[i] = batch.position()[row];
        }
        return new ActivationBatch(n, width, values, token, document, position);
    }
}
