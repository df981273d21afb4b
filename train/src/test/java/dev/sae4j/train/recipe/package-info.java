@NullMarked
package dev.sae4j.train.recipe;

import org.jspecify.annotations.NullMarked;
