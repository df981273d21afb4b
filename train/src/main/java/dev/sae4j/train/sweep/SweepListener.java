package dev.sae4j.train.sweep;

import dev.sae4j.train.RunLength;
import java.util.List;

/// Hears what happens in a sweep, in its thread.
public interface SweepListener {
    /// Hears nothing.
    SweepListener NONE = new SweepListener() {};

    /// Before cells are trained together.
    ///
    /// @param cells of the group
    /// @param length of the run of each
    /// @param left cells still to be trained, these among them
    default void beginsGroup(List<SweepCell> cells, RunLength length, int left) {}

    /// After each step of the group.
    default void afterStep(long step, long steps) {}

    /// When a cell's folder is complete.
    default void finished(CellResult result) {}

    /// When a cell was found complete.
    default void skipped(CellResult result) {}

    /// When something is wrong that the sweep can go on with.
    default void warn(String message) {}
}
