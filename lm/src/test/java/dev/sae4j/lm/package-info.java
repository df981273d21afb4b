@NullMarked
package dev.sae4j.lm;

import org.jspecify.annotations.NullMarked;
