package dev.sae4j.features.collect;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.SparseCodes;
import dev.sae4j.store.ActivationBatch;
import java.util.Arrays;
import java.util.function.Consumer;

/// Puts documents together from batches that know nothing of them: rows are kept until the next
/// document begins. A document that was split into several contexts is handed over in as many parts:
/// the model never saw one from the other.
public final class DocumentWalk {
    private final Consumer<Document> receiver;
    private int number = -1;
    private int rows;
    private int[] tokens = new int[256];
    private int[] positions = new int[256];
    private int[] rowStart = new int[257];
    private int[] feature = new int[4096];
    private float[] value = new float[4096];

    /// @param receiver called for each document, in order, in the thread that adds batches
    public DocumentWalk(Consumer<Document> receiver) {
        this.receiver = receiver;
    }

    /// Adds the rows of a batch.
    ///
    /// @param codes features of exactly these rows
    /// @throws Sae4jException if documents do not ascend
    public void add(ActivationBatch batch, SparseCodes codes) {
        for (int r = 0; r < batch.rows(); r++) {
            int document = batch.document()[r];
            if (document != number) {
                begin(document);
            } else if (rows > 0 && batch.position()[r] <= positions[rows - 1]) {
                finish(); // a long document goes on in its next context
            }
            append(batch.token()[r], batch.position()[r], codes, r);
        }
    }

    /// Hands over the last document.
    public void finish() {
        if (rows > 0) {
            receiver.accept(
                    new Document(
                            number,
                            tokens,
                            positions,
                            new SparseCodes(rows, rowStart, feature, value)));
            rows = 0;
        }
    }

    private void begin(int document) {
        if (document < number) {
            throw new Sae4jException(
                    "document %d comes after document %d; features need activations in the order of the text"
                            .formatted(document, number));
        }
        finish();
        number = document;
    }

    private void append(int token, int position, SparseCodes codes, int row) {
        if (rows == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * rows);
            positions = Arrays.copyOf(positions, 2 * rows);
            rowStart = Arrays.copyOf(rowStart, 2 * rows + 1);
        }
        tokens[rows] = token;
        positions[rows] = position;
        int from = codes.rowStart()[row];
        int count = codes.rowStart()[row + 1] - from;
        int at = rowStart[rows];
        if (at + count > feature.length) {
            int size = Math.max(at + count, 2 * feature.length);
            feature = Arrays.copyOf(feature, size);
            value = Arrays.copyOf(value, size);
        }
        System.arraycopy(codes.feature(), from, feature, at, count);
        System.arraycopy(codes.value(), from, value, at, count);
        rowStart[++rows] = at + count;
    }
}
