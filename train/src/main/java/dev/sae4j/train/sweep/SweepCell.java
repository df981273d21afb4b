package dev.sae4j.train.sweep;

import dev.sae4j.train.recipe.Recipe;

/// One SAE of a sweep.
///
/// @param name stable and fit for a folder, such as `batchtopk-x8-k128`; the recipe's name too
/// @param recipe how it is trained
public record SweepCell(String name, Recipe recipe) {}
