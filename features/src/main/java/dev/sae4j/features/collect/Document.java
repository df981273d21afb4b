package dev.sae4j.features.collect;

import dev.sae4j.sae.SparseCodes;

/// One document with the features of each of its rows. The arrays belong to the walk, are valid only
/// while the receiver's method runs, and may be longer than the document.
///
/// @param number number of the document in the data set
/// @param tokens `[codes.rows]`, token ids; positions left out by the source are missing
/// @param positions `[codes.rows]`, position of each token in its context, ascending
/// @param codes features of the rows
public record Document(int number, int[] tokens, int[] positions, SparseCodes codes) {
    /// Number of rows.
    public int length() {
        return codes.rows();
    }
}
