package dev.sae4j.train.sweep;

import java.util.List;
import java.util.Map;

/// What a sweep file says: recipes to train on the same activations, and how to measure them.
///
/// @param source the file or preset, for messages
/// @param cells in the order of the file; their names differ
/// @param validation which rows are held out
public record Sweep(String source, List<SweepCell> cells, HeldOut validation) {
    public Sweep {
        cells = List.copyOf(cells);
    }

    /// Rows that no cell is trained on, the same for all.
    ///
    /// @param oneIn one document of so many is held out, or one row of so many where documents are
    ///     not known
    /// @param rows the most that are measured; those of the first held-out documents
    public record HeldOut(int oneIn, int rows) {
        /// One document in ten, 32,768 rows.
        public static final HeldOut USUAL = new HeldOut(10, 32_768);
    }

    /// Recipe values that differ between cells, by key path in the order of
    /// recipes; for each the values of the cells that have it, by the cell's name. Keys of one
    /// architecture are there if they differ between cells of it.
    public Map<String, Map<String, String>> varying() {
        return Varying.of(cells.stream().map(SweepCell::recipe).toList());
    }
}
