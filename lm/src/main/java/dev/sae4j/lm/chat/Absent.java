package dev.sae4j.lm.chat;

/// Values that stand for no value.
enum Absent {
    /// Python's `None`.
    NONE,
    /// A name or a field that there is not: false, empty, and an error to look into.
    UNDEFINED
}
