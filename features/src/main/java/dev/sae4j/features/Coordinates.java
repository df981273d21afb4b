package dev.sae4j.features;

/// Where a feature lies on the maps.
///
/// @param x 2D map
/// @param y 2D map
/// @param x3 3D map
/// @param y3 3D map
/// @param z3 3D map
public record Coordinates(double x, double y, double x3, double y3, double z3) {}
