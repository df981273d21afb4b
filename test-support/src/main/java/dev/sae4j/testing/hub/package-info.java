/// A hub on this computer, for tests of what speaks to one.
@NullMarked
package dev.sae4j.testing.hub;

import org.jspecify.annotations.NullMarked;
