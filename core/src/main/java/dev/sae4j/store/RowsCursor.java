package dev.sae4j.store;

import tools.jackson.databind.JsonNode;

/// What is worth saving beside a position in a live stream, so that the stream can be gone on with
/// there without running its source from the beginning.
///
/// @param facts where it was
/// @param kept rows that would cost too much to make again, one behind the other
public record RowsCursor(JsonNode facts, float[] kept) {}
