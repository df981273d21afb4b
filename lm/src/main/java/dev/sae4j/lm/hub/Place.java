package dev.sae4j.lm.hub;

import java.nio.file.Path;

/// Where content goes.
///
/// @param target its final name
/// @param incomplete its name while it comes; on the same file system
/// @param lock file to hold meanwhile
record Place(Path target, Path incomplete, Path lock) {}
